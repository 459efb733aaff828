// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall } from '@lguest-sim/abi';
import { pae, pagingFormats, twoLevel } from '@lguest-sim/x86';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlatGuest, storeTokenOf } from './support/guest.js';
import { interpret, type Program } from './support/program.js';
import { anyProgram, small, sweep } from './support/programs.js';
import { reachable } from './support/tables.js';

describe.each(Object.values(pagingFormats))('a process under $name paging', (format) => {
  it('gets memory as it touches it, and ends with its trace', () => {
    const guest = new FlatGuest({ format, programs: [small] });
    guest.run();
    expect(guest.kernel.results()).toEqual([
      {
        name: 'program 0',
        pid: 1,
        parent: -1,
        status: 'end-of-trace',
        ...interpret(small),
        systemCalls: {},
        demandZeroFaults: 3,
        copyOnWriteBreaks: 0,
        copyOnWriteReuses: 0,
        forks: 0,
        contextSwitches: 1,
        accessedPagesSeen: 3,
        dirtyPagesSeen: 3,
      },
    ]);
    expect(guest.cpu.message).toBe('Power down');
  });

  it('has a writable, accessed and dirty user page for each page touched, also if only read', () => {
    const program: Program = {
      accesses: [
        ['load', 0x08049123, 1],
        ['fetch', 0x0804a000, 4],
        ['store', 0x0804b000, 4],
      ],
    };
    const guest = new FlatGuest({ format, programs: [program] });
    guest.run(() => guest.kernel.results()[0]!.accesses === 3);
    const { cr3 } = guest.cpu.memory;
    const calls = guest.calls(Hypercall.setPte);
    expect(calls.map(([top, address]) => [top, address])).toEqual([
      [cr3, 0x08049000],
      [cr3, 0x0804a000],
      [cr3, 0x0804b000],
    ]);
    for (const [top, address, low, high] of calls) {
      expect(low! & 0xfff).toBe(0x067);
      expect(high).toBe(0);
      expect(guest.cpu.memory.leafOf(top!, address!)).toBe(low);
    }
  });

  it('shares the kernel’s part of its tables with every other, entry for entry', () => {
    const guest = new FlatGuest({ format, programs: [small, small] });
    guest.run(() => guest.cpu.inUser);
    const { layout } = guest.kernel;
    const { memory } = guest.cpu;
    for (let index = layout.kernelTopIndex; index < format.top.entries; index++) {
      const offset = index * format.entryBytes;
      expect(memory.read(memory.cr3 + offset) & ~0x60).toBe(
        memory.read(layout.swapperTop + offset) & ~0x60,
      );
    }
  });

  it('never shares a frame with another, with a table, or with the kernel', () => {
    const programs = [sweep(40, 3), sweep(40, 3), sweep(10, 30, 0xbf000000)];
    const guest = new FlatGuest({ format, programs, sliceNanoseconds: 300 });
    let checks = 0;
    for (let part = 1; part <= 8; part++) {
      guest.run(() => guest.kernel.results().reduce((sum, r) => sum + r.accesses, 0) >= 60 * part);
      const { layout } = guest.kernel;
      const tops = new Set(guest.calls(Hypercall.loadTls).map((_, at) => topAt(guest, at)));
      const used = [...tops].flatMap((top) => {
        const { tables, pages } = reachable(guest.cpu.memory, top, layout.kernelTopIndex);
        return [top, ...tables, ...pages];
      });
      expect(new Set(used).size).toBe(used.length);
      for (const page of used) expect(page / 4096).toBeGreaterThanOrEqual(layout.firstFree);
      checks++;
    }
    expect(checks).toBe(8);
  });

  it('gives every frame back when it ends', () => {
    const guest = new FlatGuest({ format, programs: [sweep(300), small] });
    const before = guest.kernel.freeFrames;
    guest.run(() => guest.kernel.results()[0]!.accesses === 600);
    expect(guest.kernel.freeFrames).toBeLessThan(before - 300);
    guest.run();
    expect(guest.kernel.freeFrames).toBe(before);
  });

  it('reads zeros from a frame that another process had before', () => {
    // The second process starts when the first has given its frames back.
    const guest = new FlatGuest({ format, programs: [sweep(50, 2), sweep(50, 2)] });
    guest.run();
    const [first, second] = guest.kernel.results();
    expect(first!.checksum).toBe(interpret(sweep(50, 2)).checksum);
    expect(second!.checksum).toBe(interpret(sweep(50, 2), storeTokenOf(1)).checksum);
  });

  it('leaves nothing of its tables when it ends, and tells of each table once', () => {
    const guest = new FlatGuest({ format, programs: [sweep(8, 1, 0x083fc000)] });
    guest.run(() => guest.kernel.results()[0]!.accesses === 16);
    const top = guest.cpu.memory.cr3;
    const { kernelTopIndex } = guest.kernel.layout;
    const { tables } = reachable(guest.cpu.memory, top, kernelTopIndex);
    const before = guest.cpu.hypercalls.length;
    guest.run();
    const last = guest.cpu.hypercalls.slice(before);
    const told = last.filter(
      ({ number }) => number === Hypercall.setPgd || number === Hypercall.setPmd,
    );
    expect(told).toHaveLength(tables.length);
    expect(last[0]).toMatchObject({
      number: Hypercall.newPgtable,
      args: [guest.kernel.layout.swapperTop, 0, 0, 0],
    });
    expect(reachable(guest.cpu.memory, top, kernelTopIndex)).toEqual({ tables: [], pages: [] });
  });

  it('computes what a plain interpretation of its trace computes, whoever else runs', () => {
    fc.assert(
      fc.property(
        fc.array(anyProgram, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 150, max: 600 }),
        fc.integer({ min: 4, max: 70 }),
        (programs, sliceNanoseconds, batchCapacity) => {
          const guest = new FlatGuest({ format, programs, sliceNanoseconds, batchCapacity });
          const before = guest.kernel.freeFrames;
          guest.run();
          guest.kernel.results().forEach((result, index) => {
            const program = programs[index]!;
            const calls = program.events!.length;
            expect(result).toMatchObject({
              ...interpret(program, storeTokenOf(index)),
              status: 'end-of-trace',
              demandZeroFaults: result.pagesTouched,
              systemCalls: calls === 0 ? {} : { getpid: calls },
            });
          });
          expect(guest.kernel.freeFrames).toBe(before);
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);
});

describe('a new page table', () => {
  it('is told to the host with SET_PGD, two-level', () => {
    const guest = new FlatGuest({ format: twoLevel, programs: [sweep(2, 1, 0x083ff000)] });
    guest.run(() => guest.kernel.results()[0]!.accesses === 4);
    const top = guest.cpu.memory.cr3;
    expect(guest.calls(Hypercall.setPgd)).toEqual([
      [top, 0x20, 0, 0],
      [top, 0x21, 0, 0],
    ]);
    expect(guest.cpu.memory.read(top + 0x20 * 4) & 0xfff).toBe(0x067);
  });

  it('is told to the host with SET_PMD, PAE, whose upper tables were there from the start', () => {
    const guest = new FlatGuest({ format: pae, programs: [sweep(2, 1, 0x083ff000)] });
    guest.run(() => guest.kernel.results()[0]!.accesses === 4);
    const { memory } = guest.cpu;
    const top = memory.cr3;
    expect(guest.calls(Hypercall.setPgd)).toEqual([0, 1, 2].map((index) => [top, index, 0, 0]));
    const middle = memory.read(top) - 1;
    expect(guest.calls(Hypercall.setPmd)).toEqual([
      [middle, 0x41, 0, 0],
      [middle, 0x42, 0, 0],
    ]);
    expect(memory.read(middle + 0x41 * 8) & 0xfff).toBe(0x067);
  });
});

/** The table that was loaded with the n-th switch to a process. */
function topAt(guest: FlatGuest, index: number): number {
  const tops = guest.calls(Hypercall.newPgtable).slice(2);
  return tops[index]![0]!;
}
