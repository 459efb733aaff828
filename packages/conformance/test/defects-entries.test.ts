// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import * as on from './support/operations.js';
import { defectSequences } from './support/defect-sequences.js';
import { run, runBoth } from './support/run.js';

const { twoLevelMachine, paeMachine } = on;

// What each sequence shows is told in docs/defects.md, under the same number.

/** A guest whose table at 0x1000 maps address 0 to page 20, through a directory entry with `flags`. */
const mapsPage20 = (flags: number): ReturnType<typeof on.store>[] => [
  on.init(0),
  on.store(0x1000, 0x2000 | flags),
  on.store(0x2000, 0x14007),
  on.newPagetable(0x1000, 1),
];

describe('R1: guest_pa goes on below a middle entry that is not there', () => {
  it('crashes the host in the original, and only kills the guest when mended', () => {
    const { original, mended } = runBoth(defectSequences.R1);
    expect(original.last).toEqual({ oops: 'BUG_ON gpte_addr' });
    expect(mended.last).toMatchObject({ ret: '0xffffffff', killed: 'Bad address 0x123' });
  });

  it('does not show on two-level tables, which have no middle', () => {
    const { steps } = defectSequences.R1;
    const { original, mended } = runBoth({ header: twoLevelMachine, steps });
    expect(original.results).toEqual(mended.results);
  });
});

describe('R2: SET_PGD accepts the index one past the last', () => {
  it('runs off the page of a two-level table in the original, and kills when mended', () => {
    const { original, mended } = runBoth(defectSequences.R2);
    expect(original.last).toEqual({ oops: 'out of bounds' });
    expect(mended.last.killed).toBe('Attempt to set pgd 1024/1024');
    expect(mended.broken).toEqual([]);
  });

  it('finds nothing behind PAE’s four entries in the original, and kills when mended', () => {
    const { original, mended } = runBoth({
      header: paeMachine,
      steps: [on.init(0), on.setPgd(0, 4)],
    });
    expect(original.killed).toBeUndefined();
    expect(original.broken).toEqual([14]);
    expect(mended.last.killed).toBe('Attempt to set pgd 4/4');
    expect(mended.broken).toEqual([]);
  });

  it('kills for every larger index in both', () => {
    const { original, mended } = runBoth({
      header: twoLevelMachine,
      steps: [on.init(0), on.setPgd(0, 1025)],
    });
    expect(original.killed).toBe('Attempt to set pgd 1025/1024');
    expect(mended.results).toEqual(original.results);
  });
});

describe('R3: SET_PTE believes the guest’s A and D bits', () => {
  it('lets a leaf with A and RW, but not D, write the shared zero page in the original', () => {
    const { original, mended } = runBoth(defectSequences['R3, writable']);
    expect(original.last.delta?.pte).toEqual([[0, '0x0', 'zero', '0x23']]);
    expect(original.broken).toEqual([8]);
    expect(mended.last.delta).toBeUndefined();
    expect(mended.broken).toEqual([]);
  });

  it('gets the page for writing on the write fault that follows, when mended', () => {
    const { header, steps } = defectSequences['R3, writable'];
    const { last, broken } = run({ header, steps: [...steps, on.fault(0x0, 3)] }, 'mended');
    expect(last.delta?.pte).toEqual([[0, '0x0', 'g0', '0x63']]);
    expect(broken).toEqual([]);
  });

  it('never shows A to a guest that set D alone in the original, and faults when mended', () => {
    const { original, mended } = runBoth(defectSequences['R3, accessed']);
    expect(original.last.delta?.pte).toEqual([[0, '0x0', 'g20', '0x43']]);
    expect(original.broken).toEqual([21]);
    expect(mended.last.delta?.pte).toEqual([[0, '0x0', 'none', '0x0']]);
    expect(mended.broken).toEqual([]);
  });
});

describe('R6: SET_PTE of a bad leaf leaves the released one in place', () => {
  const { header, steps } = defectSequences.R6;

  it('releases a page twice in the original, and once when mended', () => {
    const { original, mended } = runBoth({ header, steps: [...steps, on.free] });
    expect(original.killed).toBe('bad page table entry');
    expect(original.results[2]?.delta).toEqual({ refs: [['zero', 0]] });
    expect(original.last.leaks).toEqual([['zero', -1]]);
    expect(original.broken).toEqual([7]);
    expect(mended.killed).toBe('bad page table entry');
    expect(mended.results[2]?.delta?.pte).toEqual([[0, '0x0', 'none', '0x0']]);
    expect(mended.last.leaks).toBeUndefined();
    expect(mended.broken).toEqual([]);
  });
});

describe('R7: SET_PTE holds a page for a leaf that is not present', () => {
  it.each([
    ['A', 'zero', defectSequences.R7],
    ['D', 'g20', defectSequences['R7, dirty']],
  ])('of which %s is set, and never releases it in the original', (_, page, sequence) => {
    const { header, steps } = sequence;
    const { original, mended } = runBoth({ header, steps: [...steps, on.free] });
    expect(original.last.leaks).toEqual([[page, 1]]);
    expect(original.broken).toEqual([7]);
    expect(mended.last.leaks).toBeUndefined();
    expect(mended.broken).toEqual([]);
  });
});

describe('R8: rights are looked at in the leaf only', () => {
  it.each([
    ['USER', 0x063, 4],
    ['RW', 0x065, 2],
  ])('so a fault on a directory entry without %s repeats for ever', (_, flags, errcode) => {
    const steps = [...mapsPage20(flags), on.fault(0x0, errcode), on.fault(0x0, errcode)];
    const { original, mended } = runBoth({ header: twoLevelMachine, steps });
    expect(original.results.slice(-2).map((result) => result.ret)).toEqual([true, true]);
    expect(original.broken).toEqual([22]);
    expect(mended.results.slice(-2).map((result) => result.ret)).toEqual([false, false]);
    expect(mended.broken).toEqual([]);
  });

  it('even after the guest has given the right', () => {
    const given = on.store(0x1000, 0x2067);
    const steps = [...mapsPage20(0x063), on.fault(0x0, 0), given, on.fault(0x0, 4)];
    const { original, mended } = runBoth({ header: twoLevelMachine, steps });
    expect(original.last.ret).toBe(true);
    expect(original.broken).toEqual([22]);
    expect(mended.last).toMatchObject({ ret: true, delta: { pgd: [[1, 0, '0x67']] } });
    expect(mended.broken).toEqual([]);
  });

  it('and in PAE’s middle level just the same', () => {
    const steps = [
      on.init(0),
      on.store(0x1000, 0x2001),
      on.store(0x2000, 0x3063),
      on.store(0x3000, 0x14007),
      on.newPagetable(0x1000, 1),
      on.fault(0x0, 4),
    ];
    const { original, mended } = runBoth({ header: paeMachine, steps });
    expect(original.last.ret).toBe(true);
    expect(original.broken).toEqual([22]);
    expect(mended.last.ret).toBe(false);
    expect(mended.broken).toEqual([]);
  });
});
