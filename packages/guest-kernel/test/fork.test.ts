// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall, hypercallName, Register } from '@lguest-sim/abi';
import { pae, pagingFormats, twoLevel } from '@lguest-sim/x86';
import { describe, expect, it } from 'vitest';
import { kernelLayout } from '../src/core/layout.js';
import { FlatGuest } from './support/guest.js';
import { operation, type Program } from './support/program.js';
import { small, sweep } from './support/programs.js';
import { checkAgainstModel } from './support/trees.js';

const A = 0x10000000;
const B = 0x10001000;

/** Parent: A, B, fork, A, wait, B. Child: reads A, writes B. */
const pair: Program = {
  accesses: [
    ['store', A, 4],
    ['store', B, 4],
    ['store', A, 4],
    ['load', A, 4],
    ['store', B, 4],
    ['load', B, 4],
  ],
  events: [
    operation(2, { kind: 'fork', child: 7 }),
    operation(4, { kind: 'wait', child: 7, blocks: true }),
  ],
  children: {
    7: {
      accesses: [
        ['load', A, 4],
        ['store', B, 4],
        ['load', B, 4],
      ],
    },
  },
};

describe.each(Object.values(pagingFormats))('a fork under $name paging', (format) => {
  it('makes a process that goes on from what its parent had', () => {
    const guest = new FlatGuest({ format, programs: [pair] });
    guest.run();
    checkAgainstModel(guest);
    const [parent, child] = guest.kernel.results();
    expect(parent).toMatchObject({ name: 'program 0', pid: 1, parent: -1, forks: 1 });
    expect(child).toMatchObject({ name: 'program 0/7', pid: 7, parent: 0, forks: 0 });
    expect(guest.kernel.takeEvents()).toEqual([
      { kind: 'booted' },
      { kind: 'process-started', process: 1, parent: 0, pid: 7 },
      { kind: 'process-ended', process: 1, exit: 'end-of-trace' },
      { kind: 'process-ended', process: 0, exit: 'end-of-trace' },
    ]);
  });

  it('copies a page when the first of two writes to it, and leaves it to the last', () => {
    const guest = new FlatGuest({ format, programs: [pair] });
    guest.run();
    const [parent, child] = guest.kernel.results();
    // The parent writes to A, which the child still has; to B when the child has ended.
    expect(parent).toMatchObject({
      demandZeroFaults: 2,
      copyOnWriteBreaks: 1,
      copyOnWriteReuses: 1,
    });
    expect(child).toMatchObject({
      demandZeroFaults: 0,
      copyOnWriteBreaks: 1,
      copyOnWriteReuses: 0,
      pagesTouched: 2,
    });
  });

  it('lets the child wait for input from birth, and for nothing else', () => {
    const guest = new FlatGuest({ format, programs: [pair] });
    guest.run(() => guest.kernel.processCount === 2);
    expect(guest.kernel.process(1)).toMatchObject({
      pid: 7,
      parent: 0,
      awaitsInput: true,
      isReady: true,
      hasEnded: false,
    });
  });

  it('returns 0 to the child, and to the parent what was traced', () => {
    const fork = { ...operation(1, { kind: 'fork', child: 7 }), result: 7 };
    const child: Program = { accesses: small.accesses };
    const program = { accesses: small.accesses, events: [fork], children: { 7: child } };
    const guest = new FlatGuest({ format, programs: [program] });
    guest.run(() => guest.kernel.results()[0]!.accesses === 2);
    expect(guest.cpu.registers[Register.eax]).toBe(7);
    guest.run(() => guest.kernel.results()[1]!.accesses === 1);
    expect(guest.cpu.registers[Register.eax]).toBe(0);
  });

  it('gives every frame back once parent and child have ended', () => {
    const guest = new FlatGuest({ format, programs: [pair] });
    const before = guest.kernel.freeFrames;
    guest.run();
    expect(guest.kernel.freeFrames).toBe(before);
  });

  it('turns the timer on for two where one had no need of it', () => {
    const program: Program = {
      accesses: sweep(20, 20).accesses,
      events: [operation(2, { kind: 'fork', child: 7 })],
      children: { 7: sweep(20, 20) },
    };
    const guest = new FlatGuest({ format, programs: [program], sliceNanoseconds: 500 });
    guest.run();
    expect(guest.kernel.timerInterrupts).toBeGreaterThan(3);
    checkAgainstModel(guest);
  });

  it('of a whole tree keeps every generation apart', () => {
    const generation = (depth: number): Program => ({
      accesses: [
        ['load', A, 4],
        ['store', A, 4],
        ['store', B, 4],
        ['load', A, 4],
      ],
      events: depth === 0 ? [] : [1, 2].map((pid) => operation(2, { kind: 'fork', child: pid })),
      children: depth === 0 ? {} : { 1: generation(depth - 1), 2: generation(depth - 1) },
    });
    const guest = new FlatGuest({ format, programs: [generation(3)], sliceNanoseconds: 700 });
    const before = guest.kernel.freeFrames;
    guest.run();
    checkAgainstModel(guest);
    expect(guest.kernel.results()).toHaveLength(15);
    expect(guest.kernel.freeFrames).toBe(before);
  });
});

describe('the hypercalls of a fork', () => {
  function callsOf(format: typeof pae, program: Program): FlatGuest['cpu']['hypercalls'] {
    const guest = new FlatGuest({ format, programs: [program] });
    const { hypercalls } = guest.cpu;
    guest.run(() => guest.kernel.place === 'fork: begin');
    const before = hypercalls.length;
    guest.run(() => guest.cpu.inUser);
    return hypercalls.slice(before);
  }

  it('announce the child’s table, queue two SET_PTE a page, and flush', () => {
    const calls = callsOf(twoLevel, pair);
    expect(calls.map(({ number, fromRing }) => [hypercallName(number), fromRing === true])).toEqual(
      [
        ['SET_PGD', false],
        ['SET_PTE', true],
        ['SET_PTE', true],
        ['SET_PTE', true],
        ['SET_PTE', true],
        ['FLUSH_ASYNC', false],
        ['FLUSH_TLB', false],
        ['SET_CLOCKEVENT', false],
      ],
    );
    const child = calls[0]!.args[0];
    const entries = calls.slice(1, 5).map(({ args: [top, address, low] }) => ({
      ofChild: top === child,
      address,
      flags: low! & 0xfff,
    }));
    // Writable no more; the child has not accessed them yet.
    expect(entries).toEqual([
      { ofChild: false, address: A, flags: 0x065 },
      { ofChild: true, address: A, flags: 0x045 },
      { ofChild: false, address: B, flags: 0x065 },
      { ofChild: true, address: B, flags: 0x045 },
    ]);
    expect(calls[6]!.args[0]).toBe(0);
  });

  it('announce three top-level tables and one of the middle level, PAE', () => {
    const calls = callsOf(pae, pair).map(({ number }) => hypercallName(number));
    expect(calls.slice(0, 4)).toEqual(['SET_PGD', 'SET_PGD', 'SET_PGD', 'SET_PMD']);
  });

  it('are made at once, one of 65, when the ring is full', () => {
    const accesses = sweep(100).accesses;
    const events = [operation(200, { kind: 'fork', child: 7 })];
    const program: Program = { accesses, events, children: { 7: small } };
    const calls = callsOf(twoLevel, program).filter(({ number }) => number === Hypercall.setPte);
    // 100 pages, parent's and child's: 64 queued, one that drains them, and so on.
    expect(calls).toHaveLength(200);
    const atOnce = calls.flatMap(({ fromRing }, index) => (fromRing === true ? [] : [index]));
    expect(atOnce).toEqual([64, 129, 194]);
    const pages = calls.filter((_, index) => index % 2 === 0).map(({ args }) => args[1]);
    expect(pages).toEqual(Array.from({ length: 100 }, (_, page) => A + page * 4096));
  });

  it('do not mention pages that were read-only before', () => {
    const events = [
      operation(2, { kind: 'fork', child: 7 }),
      operation(2, { kind: 'fork', child: 8 }),
    ];
    const program = { ...pair, events, children: { 7: small, 8: small } };
    const guest = new FlatGuest({ format: twoLevel, programs: [program] });
    guest.run(() => guest.kernel.processCount === 3 && guest.cpu.inUser);
    expect(guest.calls(Hypercall.setPte).slice(2)).toHaveLength(4 + 2);
  });
});

describe.each(Object.values(pagingFormats))('out of memory under $name paging', (format) => {
  const { firstFree } = kernelLayout(format, 1024);

  function tree(pages: number): Program {
    const { accesses } = sweep(pages, 2);
    return {
      accesses,
      events: [
        operation(2 * pages, { kind: 'fork', child: 7 }),
        operation(2 * pages, { kind: 'wait', child: null, blocks: true }),
      ],
      children: { 7: { accesses } },
    };
  }

  it.each([1, 2, 3, 4, 5])('ends a child that finds no room, %i frames left', (left) => {
    const pages = 20;
    const needed = format === pae ? 1 + 2 + 3 + 1 : 1 + 2 + 1;
    const memoryPages = firstFree + needed + pages + left;
    const guest = new FlatGuest({ format, programs: [tree(pages)], memoryPages });
    const before = guest.kernel.freeFrames;
    guest.run();
    const [parent, child] = guest.kernel.results();
    const fits = left >= needed;
    expect(child!.reason).toBe('out of guest memory');
    if (!fits) expect(child!.accesses).toBe(0);
    expect(parent).toMatchObject({ status: 'end-of-trace', forks: 1, copyOnWriteBreaks: 0 });
    // All pages were shared for a while, or there was no room for the table that shares them.
    expect([0, pages]).toContain(parent!.copyOnWriteReuses);
    expect(guest.kernel.freeFrames).toBe(before);
  });

  it('kills who writes to a shared page, and the other keeps it', () => {
    const pages = 20;
    const needed = format === pae ? 7 : 4;
    const memoryPages = firstFree + 2 * needed + pages + 6;
    const guest = new FlatGuest({ format, programs: [tree(pages)], memoryPages });
    const before = guest.kernel.freeFrames;
    guest.run();
    const [parent, child] = guest.kernel.results();
    expect(child).toMatchObject({ reason: 'out of guest memory' });
    expect(child!.copyOnWriteBreaks).toBeGreaterThan(0);
    expect(parent).toMatchObject({ status: 'end-of-trace', copyOnWriteReuses: pages });
    expect(guest.kernel.freeFrames).toBe(before);
  });
});
