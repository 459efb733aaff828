// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * How a shadow MMU treats the original's defects: with all of them, to be held against what the
 * original did; or mended, which differs from the original at the named defects and nowhere else.
 */
export type Fidelity = 'original' | 'mended';

/** One defect of the original. */
export interface DefectDescription {
  /** Its number in the facts sheet, section 10; `new` where only the recorded traces show it. */
  readonly reference: string;
  /** What the original does. */
  readonly original: string;
  /** What is done in its place. */
  readonly mended: string;
}

/**
 * The defects of the original that can be switched, by name. Each is asked for in one place of the
 * code: where `Defects` has `true` for a name, that place does as the original did.
 */
export const defectCatalogue = {
  guestPaMissingMiddle: {
    reference: 'R1',
    original: 'guest_pa goes on below a middle entry that is not present: the host crashes (PAE)',
    mended: 'kills the guest and returns at once',
  },
  setPgdIndexOneTooLarge: {
    reference: 'R2',
    original:
      'SET_PGD accepts the index one past the last: it frees whatever lies behind the table',
    mended: 'kills the guest, as for any larger index',
  },
  setPteWritableUndirtied: {
    reference: 'R3',
    original:
      'SET_PTE of a leaf with A and RW but not D maps a page writable that was got for reading',
    mended: 'maps it read-only; the write fault that follows gets it for writing',
  },
  setPteDirtyUnaccessed: {
    reference: 'R3',
    original: 'SET_PTE of a leaf with D but not A maps it, so the guest never sees A again',
    mended: 'leaves the entry empty: the fault that follows sets A',
  },
  switcherEnsuredInWrongTable: {
    reference: 'R4',
    original:
      'SET_PGD re-ensures the Switcher in vCPU 0’s current table, not in the one it changed',
    mended: 're-ensures it in the table that was changed, if that had it',
  },
  failedSwitcherPathTrusted: {
    reference: 'R4',
    original: 'a table whose Switcher path could not be made again still counts as having it',
    mended: 'it no longer counts as having it',
  },
  stackPinnedBeforeSwitcher: {
    reference: 'R5',
    original:
      'a stack in the Switcher’s top entry is pinned first: the entry takes the guest’s flags',
    mended: 'makes the Switcher’s path first',
  },
  setPteRejectedKeepsReleased: {
    reference: 'R6',
    original: 'SET_PTE of a bad leaf leaves the old one in place after releasing its page',
    mended: 'empties the entry',
  },
  setPteNotPresentHeld: {
    reference: 'R7',
    original: 'SET_PTE of a leaf with A or D but not P holds a page that is never released',
    mended: 'empties the entry, and looks no further at the leaf',
  },
  directoryRightsIgnored: {
    reference: 'R8',
    original:
      'only the leaf’s rights are looked at: where a directory entry lacks one, the fault repeats forever',
    mended:
      'looks at every level; a shadow directory entry is widened when the guest’s has more rights now',
  },
  sharedRegistersSlot: {
    reference: 'R10',
    original:
      'a vCPU that runs on a table where another ran last keeps that one’s regs page mapped',
    mended: 'maps its own',
  },
  tableOfOtherVcpuTaken: {
    reference: 'R10, R11',
    original: 'a table that another vCPU is running on can be evicted under it',
    mended: 'takes the next one that no other vCPU is on',
  },
  otherVcpusLoseSwitcher: {
    reference: 'N1',
    original:
      'releasing all tables leaves the tables of other vCPUs without the Switcher: entering one crashes the host',
    mended: 'ensures the Switcher and the stack in every vCPU’s current table',
  },
  vcpuWithoutTable: {
    reference: 'N2',
    original: 'a vCPU that never had a table uses slot 0; if that is empty, NULL is dereferenced',
    mended: 'nothing is found there; what cannot go on kills the guest',
  },
  badKernelAddressKept: {
    reference: 'N3',
    original: 'a kernel address inside the Switcher kills the guest but is used from then on',
    mended: 'is not kept',
  },
  stackPinnedInFreshSlotsOnly: {
    reference: 'R11',
    original: 'the stack is pinned in a slot used for the first time, not in one selected again',
    mended: 'pins it whenever a table is selected',
  },
  stackPagesNotBounded: {
    reference: 'R13',
    original: 'SET_STACK with too many pages kills the guest, then pins all of them',
    mended: 'kills the guest and changes nothing',
  },
  linearSlotKept: {
    reference: 'N4',
    original:
      'leaving linear mode forces a fresh slot, even if one shadows the table: then two do, and changes go to either',
    mended: 'takes the one there is, which is empty then',
  },
  stackOfOtherVcpuPinned: {
    reference: 'N5',
    original:
      'a vCPU that has not said where its stack is gets as many pages below address 0 pinned as another’s stack has',
    mended: 'pins nothing for it',
  },
  failedInitKeepsTop: {
    reference: 'R19',
    original: 'a set-up that fails does not give the top page back',
    mended: 'gives it back',
  },
} as const satisfies Readonly<Record<string, DefectDescription>>;

/** The name of a defect. */
export type DefectName = keyof typeof defectCatalogue;

/** For each defect, whether the shadow MMU has it. */
export type Defects = Readonly<Record<DefectName, boolean>>;

/** All defects (`original`) or none (`mended`), but for those that are asked for one by one. */
export function defectsOf(fidelity: Fidelity, single?: Partial<Defects>): Defects {
  const all = allDefects(fidelity === 'original');
  return single === undefined ? all : { ...all, ...single };
}

function allDefects(has: boolean): Defects {
  // Spelled out, so that the engine gives the object a fixed shape: page faults read it.
  return {
    guestPaMissingMiddle: has,
    setPgdIndexOneTooLarge: has,
    setPteWritableUndirtied: has,
    setPteDirtyUnaccessed: has,
    switcherEnsuredInWrongTable: has,
    failedSwitcherPathTrusted: has,
    stackPinnedBeforeSwitcher: has,
    setPteRejectedKeepsReleased: has,
    setPteNotPresentHeld: has,
    directoryRightsIgnored: has,
    sharedRegistersSlot: has,
    tableOfOtherVcpuTaken: has,
    otherVcpusLoseSwitcher: has,
    vcpuWithoutTable: has,
    badKernelAddressKept: has,
    stackPinnedInFreshSlotsOnly: has,
    stackPagesNotBounded: has,
    linearSlotKept: has,
    stackOfOtherVcpuPinned: has,
    failedInitKeepsTop: has,
  };
}
