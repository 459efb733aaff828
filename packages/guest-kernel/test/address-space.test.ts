// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall, hypercallName } from '@lguest-sim/abi';
import type { ProcessOperation } from '@lguest-sim/trace';
import { pae, pagingFormats, twoLevel } from '@lguest-sim/x86';
import { describe, expect, it } from 'vitest';
import { FlatGuest } from './support/guest.js';
import { operation, systemCall, type Access, type Program } from './support/program.js';
import { sweep } from './support/programs.js';
import { reachable } from './support/tables.js';
import { checkAgainstModel } from './support/trees.js';

const A = 0x10000000;
const PAGE = 4096;
const store = (page: number): Access => ['store', A + page * PAGE, 4];
const load = (page: number): Access => ['load', A + page * PAGE, 4];
const range = (first: number, pages: number) => ({ start: A + first * PAGE, bytes: pages * PAGE });

/** Accesses and, between them, operations. */
function program(...items: readonly (Access | ProcessOperation)[]): Program {
  const accesses: Access[] = [];
  const events = [];
  for (const item of items) {
    if ('kind' in item) events.push(operation(accesses.length, item));
    else accesses.push(item);
  }
  return { accesses, events };
}

function run(format: typeof pae, ...items: readonly (Access | ProcessOperation)[]): FlatGuest {
  const guest = new FlatGuest({ format, programs: [program(...items)] });
  const before = guest.kernel.freeFrames;
  guest.run();
  checkAgainstModel(guest);
  expect(guest.kernel.freeFrames).toBe(before);
  return guest;
}

/** Hypercalls that a system call after `accesses` accesses makes. */
function callsOf(format: typeof pae, list: Program, place: string): FlatGuest['cpu']['hypercalls'] {
  const guest = new FlatGuest({ format, programs: [list] });
  guest.run(() => guest.kernel.place === place);
  const before = guest.cpu.hypercalls.length;
  guest.run(() => guest.cpu.inUser || guest.cpu.off);
  return guest.cpu.hypercalls.slice(before);
}

const named = (calls: FlatGuest['cpu']['hypercalls']) =>
  calls.map(
    ({ number, fromRing }) => hypercallName(number) + (fromRing === true ? ', queued' : ''),
  );

describe.each(Object.values(pagingFormats))('an address space under $name paging', (format) => {
  it('reads zeros where it was unmapped', () => {
    const [result] = run(
      format,
      ...[store(0), store(1), store(2)],
      { kind: 'unmap', ...range(1, 1) },
      ...[load(0), load(1), load(2)],
    ).kernel.results();
    expect(result).toMatchObject({ demandZeroFaults: 4, accessedPagesSeen: 4, dirtyPagesSeen: 4 });
  });

  it('reads zeros where something new was mapped', () => {
    const map: ProcessOperation = { kind: 'map', ...range(0, 2), writable: true };
    run(format, store(0), store(1), store(2), map, load(0), load(2), store(0), load(0));
  });

  it('reads zeros everywhere after an exec', () => {
    const protect = {
      kind: 'protect',
      ...range(0, 3),
      accessible: false,
      writable: false,
    } as const;
    run(format, store(0), store(2), protect, { kind: 'exec' }, load(0), load(2), store(0));
  });

  it('loses the heap beyond a lowered break, but not what was before the first', () => {
    const brk = (page: number): ProcessOperation => ({ kind: 'brk', end: A + page * PAGE - 100 });
    run(
      format,
      ...[store(0), store(1), store(5), brk(2), store(3), brk(4), store(2)],
      ...[brk(2), load(1), load(2), load(3), load(5), brk(1), load(0), load(1)],
    );
  });

  it('keeps what it held out of reach where the heap grows over it', () => {
    const brk = (page: number): ProcessOperation => ({ kind: 'brk', end: A + page * PAGE - 100 });
    const protect = { accessible: false, writable: false } as const;
    run(
      format,
      ...[store(0), store(1), store(3), brk(1), load(0)],
      ...[{ kind: 'protect', ...range(1, 1), ...protect } as const, brk(3)],
      ...[load(1), store(1), load(1), store(2), load(3)],
    );
  });

  it('keeps what it held while it could not be touched', () => {
    const protect = (accessible: boolean, writable: boolean): ProcessOperation => ({
      kind: 'protect',
      ...range(0, 2),
      accessible,
      writable,
    });
    const [result] = run(
      format,
      ...[store(0), store(1), protect(false, false), protect(true, false), load(0)],
      ...[protect(true, true), store(1), load(1)],
    ).kernel.results();
    expect(result).toMatchObject({ status: 'end-of-trace', copyOnWriteReuses: 1 });
  });

  it.each([
    ['store to memory that is read-only', true, store(0)],
    ['access to memory that is protected', false, load(0)],
  ])('kills for a %s', (reason, accessible, access) => {
    const protect = { kind: 'protect', ...range(0, 1), accessible, writable: false } as const;
    for (const before of [[store(0)], []]) {
      const guest = run(format, load(1), ...before, protect, access, load(1));
      expect(guest.kernel.results()[0]).toMatchObject({ status: 'killed', reason });
    }
  });

  it('may read, from the first touch on, a mapping that is read-only', () => {
    const map: ProcessOperation = { kind: 'map', ...range(0, 1), writable: false };
    const writable = { kind: 'protect', ...range(0, 1), accessible: true, writable: true } as const;
    run(format, store(4), map, load(0), writable, store(0), load(0));
  });

  it('is taken apart table by table when a mapping of several tables goes', () => {
    const pages = 3000;
    const accesses = sweep(6, 1).accesses.map(([kind, address, size], index): Access => [
      kind,
      address + index * 250 * PAGE,
      size,
    ]);
    const map: ProcessOperation = { kind: 'map', ...range(0, pages), writable: true };
    const unmap: ProcessOperation = { kind: 'unmap', ...range(0, pages) };
    const last: Access = ['load', 0xb0000000, 4];
    const list = program(map, ...accesses, unmap, last, last);
    const guest = new FlatGuest({ format, programs: [list] });
    guest.run(() => guest.kernel.results()[0]!.accesses === accesses.length + 1);
    const { tables, pages: left } = reachable(
      guest.cpu.memory,
      guest.cpu.memory.cr3,
      guest.kernel.layout.kernelTopIndex,
    );
    expect(left).toHaveLength(1);
    expect(tables).toHaveLength(format === pae ? 3 + 1 : 1);
    guest.run();
    checkAgainstModel(guest);
  });

  it('has one call do several things', () => {
    const first = operation(3, { kind: 'unmap', ...range(0, 1) });
    const second = { ...operation(3, { kind: 'unmap', ...range(2, 1) }), continued: true as const };
    const list = {
      accesses: [store(0), store(1), store(2), load(0), load(1), load(2)],
      events: [systemCall(1, 20, 'getpid'), first, second],
    };
    const guest = new FlatGuest({ format, programs: [list] });
    guest.run();
    checkAgainstModel(guest);
    expect(guest.kernel.results()[0]!.systemCalls).toEqual({ getpid: 1, unmap: 1 });
  });

  it('ignores what lies in the kernel, or nowhere', () => {
    run(
      format,
      store(0),
      { kind: 'unmap', start: 0xbffff000, bytes: 0x10000000 },
      { kind: 'unmap', start: 0xfffff000, bytes: 0x10000 },
      { kind: 'protect', start: A, bytes: 0, accessible: false, writable: false },
      load(0),
    );
  });
});

describe('the hypercalls of munmap', () => {
  it('clear each page, queued, and free a table that is empty, two-level', () => {
    const list = program(store(0), store(3), { kind: 'unmap', ...range(0, 5) }, load(9));
    const calls = callsOf(twoLevel, list, 'change map: begin');
    expect(named(calls)).toEqual([
      'SET_PTE, queued',
      'SET_PTE, queued',
      'FLUSH_ASYNC',
      'SET_PGD',
      'FLUSH_TLB',
    ]);
    expect(calls.slice(0, 2).map(({ args }) => args.slice(1))).toEqual([
      [A, 0, 0],
      [A + 3 * PAGE, 0, 0],
    ]);
    expect(calls[3]!.args[1]).toBe(0x40);
  });

  it('keep a table in which there is something else', () => {
    const list = program(store(0), store(7), { kind: 'unmap', ...range(0, 5) }, load(9));
    expect(named(callsOf(twoLevel, list, 'change map: begin'))).toEqual([
      'SET_PTE, queued',
      'FLUSH_ASYNC',
      'FLUSH_TLB',
    ]);
  });

  it('free a table with SET_PMD under PAE', () => {
    const list = program(store(0), { kind: 'unmap', ...range(0, 5) }, load(9));
    expect(named(callsOf(pae, list, 'change map: begin'))).toContain('SET_PMD');
  });

  it('are none where nothing was touched', () => {
    const list = program(store(0), { kind: 'unmap', ...range(1, 5) }, load(9));
    expect(callsOf(twoLevel, list, 'change map: begin')).toEqual([]);
  });
});

describe('the hypercalls of mprotect', () => {
  it('clear each entry and set it anew, queued, then flush', () => {
    const none = { kind: 'protect', ...range(0, 5), accessible: false, writable: false } as const;
    const calls = callsOf(
      twoLevel,
      program(store(0), store(3), none, load(9)),
      'change map: begin',
    );
    expect(named(calls)).toEqual([
      ...new Array<string>(4).fill('SET_PTE, queued'),
      'FLUSH_ASYNC',
      'FLUSH_TLB',
    ]);
    const entries = calls.slice(0, 4).map(({ args: [, address, low] }) => [address, low! & 0xfff]);
    // PROT_NONE: the mark, accessed, and dirty as before.
    expect(entries).toEqual([
      [A, 0],
      [A, 0x160],
      [A + 3 * PAGE, 0],
      [A + 3 * PAGE, 0x160],
    ]);
  });
});

describe('the hypercalls of exec', () => {
  it('load new tables before the old ones go', () => {
    const calls = callsOf(twoLevel, program(store(0), { kind: 'exec' }, load(0)), 'exec: begin');
    expect(named(calls)).toEqual(['NEW_PGTABLE', 'SET_PGD']);
    expect(calls[0]!.args[0]).not.toBe(calls[1]!.args[0]);
  });
});

describe('a copy-on-write fault', () => {
  it('is told with one SET_PTE', () => {
    const list: Program = {
      accesses: [store(0), store(0), load(0)],
      events: [operation(1, { kind: 'fork', child: 7 })],
      children: { 7: { accesses: [load(0), store(0)] } },
    };
    const guest = new FlatGuest({ format: twoLevel, programs: [list] });
    guest.run(() => guest.kernel.processCount === 2 && guest.cpu.inUser);
    const before = guest.calls(Hypercall.setPte).length;
    guest.run(() => guest.kernel.results()[0]!.accesses === 2);
    const calls = guest.calls(Hypercall.setPte).slice(before);
    expect(calls).toEqual([
      [guest.cpu.memory.cr3, A, guest.cpu.memory.leafOf(guest.cpu.memory.cr3, A), 0],
    ]);
    expect(calls[0]![2]! & 0xfff).toBe(0x067);
  });
});
