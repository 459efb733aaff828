// SPDX-License-Identifier: GPL-2.0-or-later
import type { DefectName } from '@lguest-sim/mmu-host';
import type { Operation, TraceHeader } from '../../src/index.js';
import * as on from './operations.js';
import type { Run } from './run.js';

/** The smallest sequence of operations that shows a defect of the original. */
export interface DefectSequence {
  /** The switches without which it does not show; the first is the defect itself. */
  readonly switches: readonly [DefectName, ...DefectName[]];
  readonly header: TraceHeader;
  readonly steps: readonly Operation[];
  /** Whether the defect showed, where that is not by a crash or a broken assertion. */
  readonly shows?: (run: Run) => boolean;
}

const { twoLevelMachine, paeMachine } = on;
const twoVcpus: TraceHeader = { ...twoLevelMachine, vcpus: 2 };

/** By the names that docs/defects.md uses, where each is told. */
export const defectSequences = {
  R1: {
    switches: ['guestPaMissingMiddle'],
    header: paeMachine,
    steps: [on.init(0), on.store(0x1000, 0x2001), on.newPagetable(0x1000, 1), on.guestPa(0x123)],
  },
  R2: {
    switches: ['setPgdIndexOneTooLarge'],
    header: twoLevelMachine,
    steps: [on.init(0), on.setPgd(0x0, 1024)],
  },
  'R3, writable': {
    switches: ['setPteWritableUndirtied'],
    header: twoLevelMachine,
    steps: [on.init(0), on.fault(0x0, 0), on.setPte(0x0, 0x0, 0x14023)],
  },
  'R3, accessed': {
    switches: ['setPteDirtyUnaccessed'],
    header: twoLevelMachine,
    steps: [on.init(0), on.fault(0x0, 0), on.setPte(0x0, 0x0, 0x14043)],
  },
  'R4, wrong table': {
    switches: ['switcherEnsuredInWrongTable'],
    header: twoLevelMachine,
    steps: [
      on.init(0),
      on.newPagetable(0x1000, 1),
      on.newPagetable(0x2000, 2),
      on.setPgd(0x1000, 1023),
      on.newPagetable(0x1000, 1),
      on.enter(0),
    ],
    shows: (run) => run.last.oops === 'NULL dereference',
  },
  'R4, no memory': {
    switches: ['failedSwitcherPathTrusted'],
    header: twoLevelMachine,
    steps: [on.init(0), on.hostPageLimit(1), on.setPgd(0x0, 1023)],
  },
  R5: {
    // A stack below a directory entry without RW cannot be pinned where R8 is mended.
    switches: ['stackPinnedBeforeSwitcher', 'directoryRightsIgnored'],
    header: { ...twoLevelMachine, switcherAddr: 0xfff00000 },
    steps: [
      on.init(0),
      on.store(0x1ffc, 0x2061),
      on.store(0x2000, 0x14063),
      on.newPagetable(0x1000, 1),
      on.setStack(0xffc01000, 1),
      on.clearAll(),
      on.enter(0),
    ],
    shows: (run) => run.broken.includes(5),
  },
  R6: {
    switches: ['setPteRejectedKeepsReleased'],
    header: twoLevelMachine,
    steps: [on.init(0), on.fault(0x0, 0), on.setPte(0x0, 0x0, 0x40021)],
  },
  R7: {
    switches: ['setPteNotPresentHeld'],
    header: twoLevelMachine,
    steps: [on.init(0), on.fault(0x0, 0), on.setPte(0x0, 0x0, 0x14020)],
  },
  'R7, dirty': {
    // Where R3 is mended a leaf with D and not A is not mapped in any case.
    switches: ['setPteNotPresentHeld', 'setPteDirtyUnaccessed'],
    header: twoLevelMachine,
    steps: [on.init(0), on.fault(0x0, 0), on.setPte(0x0, 0x0, 0x14040)],
  },
  R8: {
    switches: ['directoryRightsIgnored'],
    header: twoLevelMachine,
    steps: [
      on.init(0),
      on.store(0x1000, 0x2063),
      on.store(0x2000, 0x14007),
      on.newPagetable(0x1000, 1),
      on.fault(0x0, 4),
    ],
  },
  'R10, registers': {
    switches: ['sharedRegistersSlot'],
    header: twoVcpus,
    steps: [on.init(0), on.enter(0, 0), on.enter(0, 1)],
  },
  'R10, table': {
    switches: ['tableOfOtherVcpuTaken'],
    header: twoVcpus,
    steps: [on.init(0), on.newPagetable(0x1000, 1, 0), on.newPagetable(0x2000, 1, 1)],
  },
  R11: {
    switches: ['stackPinnedInFreshSlotsOnly'],
    header: twoLevelMachine,
    steps: [
      on.init(0),
      on.store(0x1000, 0x3067),
      on.store(0x2000, 0x3067),
      on.store(0x3000, 0x14063),
      on.newPagetable(0x1000, 1),
      on.setStack(0x1000, 1),
      on.newPagetable(0x2000, 2),
      on.clearAll(),
      on.newPagetable(0x1000, 1),
      on.enter(0),
    ],
  },
  R13: {
    switches: ['stackPagesNotBounded'],
    header: twoLevelMachine,
    steps: [on.init(0), on.setStack(0x3000, 3)],
    shows: (run) => run.machine.mmu.stackPages === 3,
  },
  R19: {
    switches: ['failedInitKeepsTop'],
    header: { ...twoLevelMachine, hostPageLimit: 1 },
    steps: [on.init(0)],
  },
  N1: {
    switches: ['otherVcpusLoseSwitcher'],
    header: twoVcpus,
    steps: [on.init(0), on.newPagetable(0x1000, 1, 1), on.clearAll(0), on.enter(0, 1)],
    shows: (run) => run.last.oops === 'BUG_ON map_switcher_in_guest',
  },
  N2: {
    switches: ['vcpuWithoutTable'],
    header: twoVcpus,
    steps: [on.init(1), on.pinPage(0x0, 1)],
  },
  N3: {
    switches: ['badKernelAddressKept'],
    header: twoLevelMachine,
    steps: [on.init(0), on.store(0x568, 0xffc00000), on.dataInit(0x0)],
  },
  N4: {
    switches: ['linearSlotKept'],
    header: twoLevelMachine,
    steps: [on.init(0), on.newPagetable(0x0, 1)],
  },
  N5: {
    switches: ['stackOfOtherVcpuPinned'],
    header: twoVcpus,
    steps: [on.init(0), on.setStack(0x1000, 1), on.newPagetable(0x1000, 1, 1)],
    shows: (run) => run.killed === 'bad stack page 0xffffffff',
  },
} as const satisfies Readonly<Record<string, DefectSequence>>;

/** Whether a run showed the defect that its sequence is for. */
export function shows(sequence: DefectSequence, run: Run): boolean {
  return sequence.shows?.(run) ?? (run.last.oops !== undefined || run.broken.length > 0);
}
