// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall } from '@lguest-sim/abi';
import { Flag, pagingFormats } from '@lguest-sim/x86';
import { describe, expect, it } from 'vitest';
import type { Zeroing } from '../src/index.js';
import { FlatGuest } from './support/guest.js';
import { operation, type Program } from './support/program.js';
import { snapshotOf } from './support/snapshot-of.js';
import { checkAgainstModel } from './support/trees.js';

const LOADED = 0x10000000;
const STORED = 0x10001000;

const program: Program = {
  accesses: [
    ['load', LOADED, 4],
    ['store', STORED, 4],
    ['store', LOADED, 4],
    ['load', STORED, 4],
  ],
};

describe.each(Object.values(pagingFormats))('new pages under $name paging', (format) => {
  const run = (zeroing: Zeroing, what = program): FlatGuest => {
    const guest = new FlatGuest({ format, programs: [what], zeroing });
    guest.run();
    checkAgainstModel(guest);
    return guest;
  };
  /** Flags of the leaf that the guest set for an address. */
  const flagsOf = (guest: FlatGuest, address: number): number[] =>
    guest
      .calls(Hypercall.setPte)
      .filter(([, virtual, low]) => virtual === address && low !== 0)
      .map(([, , low]) => low! % 4096);

  it('are dirty from the start if the kernel is eager, and if lazy only when stored to', () => {
    const clean = Flag.present | Flag.writable | Flag.user | Flag.accessed;
    const dirty = clean | Flag.dirty;
    const eager = run('eager');
    expect([LOADED, STORED].map((page) => flagsOf(eager, page))).toEqual([[dirty], [dirty]]);
    const lazy = run('lazy');
    expect([LOADED, STORED].map((page) => flagsOf(lazy, page))).toEqual([[clean], [dirty]]);
  });

  it('cost a lazy kernel no clearing, as long as their frames were never used', () => {
    const saved = run('eager').cpu.now - run('lazy').cpu.now;
    // Two pages, and of nothing else the lazy kernel does less.
    const words = 4096 / 4;
    expect(saved).toBeGreaterThanOrEqual(2);
    expect(saved % 2).toBe(0);
    expect(saved).toBeLessThanOrEqual(2 * words);
  });

  it('are zeros for a lazy kernel too if another page was there before', () => {
    const start = 0x10000000;
    const again: Program = {
      accesses: [
        ['store', start, 8],
        ['load', start, 8],
      ],
      events: [operation(1, { kind: 'unmap', start, bytes: 4096 })],
    };
    const guest = run('lazy', again);
    expect(guest.kernel.results()[0]).toMatchObject({ demandZeroFaults: 2 });
  });

  it('are not copied after a fork while nobody has stored to them', () => {
    const forking: Program = {
      accesses: [['load', LOADED, 4]],
      events: [
        operation(1, { kind: 'fork', child: 7 }),
        operation(1, { kind: 'wait', child: 7, blocks: true }),
      ],
      children: {
        7: {
          accesses: [
            ['store', LOADED, 4],
            ['load', LOADED, 8],
          ],
        },
      },
    };
    const [parent, child] = run('lazy', forking).kernel.results();
    expect([parent, child].map((process) => process!.copyOnWriteBreaks)).toEqual([0, 1]);
  });
});

describe('a process that has ended', () => {
  it('keeps its results and nothing of its input', () => {
    const [format] = Object.values(pagingFormats);
    const guest = new FlatGuest({ format: format!, programs: [program, program] });
    guest.run();
    const { processes } = snapshotOf(guest.kernel);
    expect(processes.map(({ batch }) => batch)).toEqual([null, null]);
    guest.replaceKernel();
    expect(snapshotOf(guest.kernel).processes.map(({ batch }) => batch)).toEqual([null, null]);
    expect(guest.kernel.results().map(({ accesses }) => accesses)).toEqual([4, 4]);
  });
});
