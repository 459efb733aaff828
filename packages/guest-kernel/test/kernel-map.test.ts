// SPDX-License-Identifier: GPL-2.0-or-later
import { hypercallName } from '@lguest-sim/abi';
import { pae, pagingFormats, twoLevel } from '@lguest-sim/x86';
import { describe, expect, it } from 'vitest';
import { kernelLayout } from '../src/core/layout.js';
import { FlatGuest } from './support/guest.js';
import { operation, type Program } from './support/program.js';
import { small } from './support/programs.js';
import { checkAgainstModel } from './support/trees.js';

function churn(how: 'vmalloc' | 'kmap', ...counts: number[]): Program {
  const events = counts.map((pages) => operation(2, { kind: 'kernel-map', pages, how }));
  return { accesses: small.accesses, events };
}

/** Hypercalls of the system calls after the second access. */
function callsOf(format: typeof pae, program: Program): FlatGuest['cpu']['hypercalls'] {
  const guest = new FlatGuest({ format, programs: [program] });
  guest.run(() => guest.kernel.results()[0]!.accesses === 2 && guest.cpu.inUser);
  const before = guest.cpu.hypercalls.length;
  guest.run(() => guest.kernel.results()[0]!.accesses === 3);
  return guest.cpu.hypercalls.slice(before);
}

describe('vmalloc', () => {
  const { vmallocStart, swapperTop } = kernelLayout(twoLevel, 2048);

  it('makes a table once, faults it into the process’s top level, and maps page by page', () => {
    const calls = callsOf(twoLevel, churn('vmalloc', 2, 1));
    expect(calls.map(({ number, args }) => [hypercallName(number), ...args.slice(0, 2)])).toEqual([
      ['SET_PGD', swapperTop, vmallocStart / 2 ** 22],
      ['SET_PTE', swapperTop, vmallocStart],
      ['SET_PTE', swapperTop, vmallocStart + 4096],
      // The store faulted: the running table lacks what swapper_pg_dir has.
      ['SET_PGD', expect.any(Number), vmallocStart / 2 ** 22],
      ['SET_PTE', swapperTop, vmallocStart],
      ['SET_PTE', swapperTop, vmallocStart + 4096],
      ['SET_PTE', swapperTop, vmallocStart],
      ['SET_PTE', swapperTop, vmallocStart],
    ]);
    expect(calls[3]!.args[0]).not.toBe(swapperTop);
    const present = calls.map(({ args }) => args[2]! & 1);
    expect(present).toEqual([0, 1, 1, 0, 0, 0, 1, 0]);
  });

  it('makes the table with SET_PMD under PAE, where it is everybody’s at once', () => {
    const calls = callsOf(pae, churn('vmalloc', 1)).map(({ number }) => hypercallName(number));
    expect(calls).toEqual(['SET_PMD', 'SET_PTE', 'SET_PTE']);
  });

  it('begins at a table of its own, 8 MiB or more beyond the direct map', () => {
    for (const format of Object.values(pagingFormats)) {
      for (const memoryPages of [1024, 1025, 131072]) {
        const layout = kernelLayout(format, memoryPages);
        const gap = layout.vmallocStart - 0xc0000000 - memoryPages * 4096;
        expect(gap).toBeGreaterThanOrEqual(8 * 2 ** 20);
        expect(gap).toBeLessThan(12 * 2 ** 20);
        expect(layout.vmallocStart % (format.leaf.entries * 4096)).toBe(0);
        expect(layout.vmallocPages).toBeGreaterThan(40_000);
        expect(layout.kmapAddress).toBeGreaterThan(0xffc00000);
      }
    }
  });
});

describe('kmap', () => {
  it('asks the host to clear everything, for each page', () => {
    const calls = callsOf(twoLevel, churn('kmap', 2));
    const { kmapAddress } = kernelLayout(twoLevel, 2048);
    expect(calls.map(({ number }) => hypercallName(number))).toEqual([
      'FLUSH_TLB',
      'SET_PTE',
      'FLUSH_TLB',
      'SET_PTE',
    ]);
    expect(calls[0]!.args[0]).toBe(1);
    expect(calls[1]!.args.slice(1)).toEqual([kmapAddress, 0, 0]);
  });
});

describe.each(Object.values(pagingFormats))('kernel mappings under $name paging', (format) => {
  it('come and go in several processes, and change nothing for them', () => {
    const programs = [churn('vmalloc', 3, 5), churn('kmap', 4), churn('vmalloc', 700)];
    const guest = new FlatGuest({ format, programs, sliceNanoseconds: 900 });
    const before = guest.kernel.freeFrames;
    guest.run();
    checkAgainstModel(guest);
    // The tables stay.
    expect(before - guest.kernel.freeFrames).toBe(format === pae ? 2 : 1);
  });

  it('kill the process that wants more than there is', () => {
    const guest = new FlatGuest({ format, programs: [churn('vmalloc', 5000), small] });
    const before = guest.kernel.freeFrames;
    guest.run();
    expect(guest.kernel.results().map(({ reason }) => reason)).toEqual([
      'out of guest memory',
      undefined,
    ]);
    expect(before - guest.kernel.freeFrames).toBeLessThanOrEqual(4);
  });
});
