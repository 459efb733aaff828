// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import * as on from './support/operations.js';
import { defectSequences } from './support/defect-sequences.js';
import { runBoth } from './support/run.js';

const { twoLevelMachine, paeMachine } = on;
const twoVcpus = { ...twoLevelMachine, vcpus: 2 };

// What each sequence shows is told in docs/defects.md, under the same number.

describe('R4: SET_PGD ensures the Switcher in another table than the one it changed', () => {
  it.each([
    ['two-level tables', twoLevelMachine, 1023],
    ['PAE', paeMachine, 3],
  ])('so that entering the changed one crashes the host, on %s', (_, header, index) => {
    const steps = defectSequences['R4, wrong table'].steps.map((step) =>
      step.op === 'setPgd' ? { ...step, idx: index } : step,
    );
    const { original, mended } = runBoth({ header, steps });
    expect(original.last).toEqual({ oops: 'NULL dereference' });
    expect(original.broken).toEqual([5, 17]);
    expect(mended.last.oops).toBeUndefined();
    expect(mended.broken).toEqual([]);
  });

  it('and believes in a path that could not be made again', () => {
    const { original, mended } = runBoth(defectSequences['R4, no memory']);
    expect(original.killed).toBe('out of memory allocating pte page');
    expect(original.machine.mmu.slots[0]?.switcherMapped).toBe(true);
    expect(original.broken).toEqual([5, 17]);
    expect(mended.killed).toBe('out of memory allocating pte page');
    expect(mended.machine.mmu.slots[0]?.switcherMapped).toBe(false);
    expect(mended.broken).toEqual([]);
  });
});

describe('R5: the stack is pinned before the Switcher’s path is made', () => {
  it('so a stack in the Switcher’s top entry gives that the guest’s flags', () => {
    const { original, mended } = runBoth(defectSequences.R5);
    expect(original.results[5]?.delta?.pgd).toEqual([[1, 1023, '0x61']]);
    expect(original.broken).toContain(5);
    // With R8 mended too, a stack below a directory entry without RW cannot be pinned at all.
    expect(mended.killed).toBe('bad stack page 0xffc00fff');
    expect(mended.broken).toEqual([]);
  });
});

describe('R10: the original thinks of one vCPU only', () => {
  it('leaves another vCPU’s regs page mapped when a table is entered on the same host CPU', () => {
    const { original, mended } = runBoth(defectSequences['R10, registers']);
    expect(original.last.delta).toBeUndefined();
    expect(original.broken).toEqual([1]);
    expect(mended.last.delta?.pte).toEqual([[0, '0xffc01000', 'regs1', '0x63']]);
    expect(mended.broken).toEqual([]);
  });

  it('takes the table away that another vCPU is on', () => {
    const { original, mended } = runBoth(defectSequences['R10, table']);
    expect(original.last.delta?.vcpus).toEqual([[1, { pgd: 1, linear: false }]]);
    expect(original.broken).toEqual([24]);
    expect(mended.last.delta?.vcpus).toEqual([[1, { pgd: 2, linear: false }]]);
    expect(mended.broken).toEqual([]);
  });
});

describe('R11: the stack is pinned in slots used for the first time only', () => {
  it('so a cached table that was emptied comes back without it', () => {
    const { original, mended } = runBoth(defectSequences.R11);
    expect(original.broken).toEqual([26]);
    expect(mended.results[8]?.delta?.pte).toContainEqual([1, '0x0', 'g20', '0x63']);
    expect(mended.broken).toEqual([]);
  });
});

describe('R13: SET_STACK pins however many pages it is told', () => {
  it('after killing the guest for them in the original; nothing is pinned when mended', () => {
    const { original, mended } = runBoth(defectSequences.R13);
    expect(original.killed).toBe('bad stack pages 3');
    expect(original.last.delta?.pte).toHaveLength(3);
    expect(mended.killed).toBe('bad stack pages 3');
    expect(mended.last.delta).toBeUndefined();
  });
});

describe('R19: a set-up that fails keeps the top page', () => {
  it('for ever in the original, and gives it back when mended', () => {
    const { original, mended } = runBoth(defectSequences.R19);
    expect(original.last.ret).toBe(-12);
    expect(original.machine.hostPages).toBe(1);
    expect(original.broken).toEqual([20]);
    expect(mended.last.ret).toBe(-12);
    expect(mended.machine.hostPages).toBe(0);
    expect(mended.broken).toEqual([]);
  });
});

describe('N1: releasing all tables takes the Switcher from the other vCPUs’ tables', () => {
  it.each([
    ['clear_all', twoVcpus, on.clearAll(0)],
    ['leaving linear mode', twoVcpus, on.newPagetable(0x2000, 2, 0)],
    ['SET_PMD', { ...paeMachine, vcpus: 2 }, on.setPmd],
  ])('so that entering one of those crashes the host after %s', (_, header, releasing) => {
    const steps = [on.init(0), on.newPagetable(0x1000, 1, 1), releasing, on.enter(0, 1)];
    const { original, mended } = runBoth({ header, steps });
    expect(original.last).toEqual({ oops: 'BUG_ON map_switcher_in_guest' });
    expect(mended.last.oops).toBeUndefined();
    expect(mended.killed).toBeUndefined();
    expect(mended.broken).toEqual([]);
  });
});

describe('N2: a vCPU that never chose a table uses slot 0', () => {
  it.each([
    ['a stack page', on.pinPage(0x0, 1), 'NULL dereference', 'bad stack page 0x0'],
    [
      'entering it',
      on.enter(0, 1),
      'BUG_ON map_switcher_in_guest',
      'Cannot populate switcher mapping',
    ],
    ['clear_all', on.clearAll(1), 'NULL dereference', 'Cannot populate switcher mapping'],
  ])('and crashes the host over %s if that slot is empty', (_, operation, oops, killed) => {
    const { original, mended } = runBoth({ header: twoVcpus, steps: [on.init(1), operation] });
    expect(original.last).toEqual({ oops });
    expect(mended.killed).toBe(killed);
    expect(mended.broken).toEqual([]);
  });

  it('and over a flush, once the guest’s kernel address is known', () => {
    const announced = [on.init(1), on.store(0x568, 0xc0000000), on.dataInit(0x0)];
    const steps = [...announced, on.flushUser(1)];
    const { original, mended } = runBoth({ header: twoVcpus, steps });
    expect(original.last).toEqual({ oops: 'NULL dereference' });
    expect(mended.killed).toBeUndefined();
    expect(mended.broken).toEqual([]);
  });
});

describe('N3: a kernel address inside the Switcher is used all the same', () => {
  it('after the guest was killed for it in the original, and not when mended', () => {
    const { original, mended } = runBoth(defectSequences.N3);
    expect(original.killed).toBe('bad kernel address 0xffc00000');
    expect(original.last.delta?.kernelAddress).toBe('0xffc00000');
    expect(original.broken).toEqual([13]);
    expect(mended.killed).toBe('bad kernel address 0xffc00000');
    expect(mended.last.delta?.kernelAddress).toBeUndefined();
    expect(mended.broken).toEqual([]);
  });
});

describe('N4: the slot of linear mode goes on shadowing address 0', () => {
  it('beside the one that the guest’s table at 0 gets in the original', () => {
    const { original, mended } = runBoth(defectSequences.N4);
    const shadowed = original.machine.mmu.slots.map((slot) => slot.allocated && slot.gpgdir);
    expect(shadowed).toEqual([0, 0, false, false]);
    expect(original.broken).toEqual([24]);
    expect(mended.machine.mmu.slots.map((slot) => slot.allocated)).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(mended.broken).toEqual([]);
  });

  it('so that a leaf which the guest has taken away stays in the table it runs on', () => {
    const steps = [
      ...defectSequences.N4.steps,
      on.store(0x568, 0xc0000000),
      on.dataInit(0x0),
      on.store(0x0, 0x2067),
      on.store(0x2000, 0x14067),
      on.fault(0x0, 6),
      on.store(0x2000, 0),
      on.setPte(0x0, 0x0, 0),
    ];
    const { original, mended } = runBoth({ header: twoLevelMachine, steps });
    expect(original.last.delta).toBeUndefined();
    expect(mended.last.delta?.pte).toEqual([[0, '0x0', 'none', '0x0']]);
  });
});

describe('N5: a vCPU is killed for the stack that another one has', () => {
  it('in the original, when it gets a fresh table before it has set its own', () => {
    const { original, mended } = runBoth(defectSequences.N5);
    expect(original.killed).toBe('bad stack page 0xffffffff');
    expect(mended.killed).toBeUndefined();
    expect(mended.broken).toEqual([]);
  });
});
