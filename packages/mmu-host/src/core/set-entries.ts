// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag } from '@lguest-sim/x86';
import { checkLeaf } from './checks.js';
import { releaseTopEntry } from './flush.js';
import { HostOops } from './host-oops.js';
import { KillMessage } from './kill-messages.js';
import { setLeaf } from './look-up.js';
import type { MmuState } from './mmu-state.js';
import { clearAll } from './prepare-table.js';
import type { Slot } from './slot.js';
import { ensureSwitcherOrKill } from './switcher-mapping.js';

const PRESENT = Flag.present;
const WRITABLE = Flag.writable;
const ACCESSED = Flag.accessed;
const DIRTY = Flag.dirty;
const PRESENT_AND_ACCESSED = PRESENT | ACCESSED;
const ACCESSED_OR_DIRTY = ACCESSED | DIRTY;
/** 32-bit words in a page. */
const PAGE_WORDS = 1024;

/**
 * H:410 Part (iii): the guest has changed a leaf of its tables (`guest_set_pte`).
 *
 * Kernel mappings are the same in all of the guest's tables, so such a change goes to every slot;
 * any other to the slot that shadows the table, if there is one. Kills the guest for an address in
 * the Switcher, and for a leaf that may not be used.
 *
 * @param gpgdir guest-physical address of the table's top level, signed
 * @param vaddr virtual address in bytes, signed
 * @param low the new leaf's low word, signed
 * @param high its high word under PAE, signed
 */
export function setPte(
  mmu: MmuState,
  gpgdir: number,
  vaddr: number,
  low: number,
  high: number,
): void {
  if (mmu.isSwitcherAddress(vaddr) === true) {
    mmu.kill(KillMessage.switcherLeaf);
  } else if (vaddr >>> 0 >= mmu.kernelAddress >>> 0) {
    setLeafOfAllSlots(mmu, vaddr, low, high);
  } else {
    const slot = mmu.findSlot(gpgdir);
    if (slot !== undefined) setLeafOfSlot(mmu, slot, vaddr, low, high);
  }
}

function setLeafOfAllSlots(mmu: MmuState, vaddr: number, low: number, high: number): void {
  let slot: Slot | undefined = mmu.firstSlot;
  for (; slot !== undefined; slot = slot.next) {
    if (slot.topPfn !== 0) setLeafOfSlot(mmu, slot, vaddr, low, high);
  }
}

/**
 * H:420 Sets a leaf in one slot (`do_set_pte`); nothing to do if its table does not exist.
 *
 * Emptying the entry would always do, as the next access faults it in, and must fault so that the
 * guest sees A and D. But guests mostly set those bits themselves to save the CPU the work; what
 * has A can be mapped read-only at once, and what has D too, writable.
 */
function setLeafOfSlot(mmu: MmuState, slot: Slot, vaddr: number, low: number, high: number): void {
  const word = mmu.findLeaf(slot, vaddr);
  if (word < 0) return;
  if (mapsAtOnce(mmu, low) === false) {
    mmu.emptyLeaf(word);
    return;
  }
  mmu.releaseLeaf(word);
  if (checkLeaf(mmu, low, high) === false) {
    // What is released is not in place any more, which the original forgets.
    if (!mmu.defects.setPteRejectedKeepsReleased) mmu.setEntry(word, 0, 0);
    return;
  }
  const dirty = (low & DIRTY) !== 0;
  mmu.parts.mark(word);
  setLeaf(mmu, word, dirty ? low : undirtied(mmu, low), dirty);
  mmu.counters.setPteFills++;
}

/** Whether a leaf that the guest sets goes into the shadow at once. */
function mapsAtOnce(mmu: MmuState, low: number): boolean {
  return (low & PRESENT_AND_ACCESSED) === PRESENT_AND_ACCESSED || originalMapsAtOnce(mmu, low);
}

/** The original looks for A or D alone. */
function originalMapsAtOnce(mmu: MmuState, low: number): boolean {
  if ((low & PRESENT) === 0 && mmu.defects.setPteNotPresentHeld === false) return false;
  if ((low & ACCESSED) === 0 && mmu.defects.setPteDirtyUnaccessed === false) return false;
  return (low & ACCESSED_OR_DIRTY) !== 0;
}

/** A leaf without D as it goes into the shadow: got for reading, so not to be written. */
function undirtied(mmu: MmuState, low: number): number {
  return mmu.defects.setPteWritableUndirtied === true ? low : low & ~WRITABLE;
}

/**
 * H:400 Part (iii): the guest has changed a top entry of one of its tables (`guest_set_pgd`). What
 * the slot has below it is thrown away, to come back fault by fault. That may have been the
 * Switcher's path, so that is ensured. Kills the guest for an index beyond the table.
 *
 * @param gpgdir guest-physical address of the table's top level, signed
 * @param index of the top entry, signed or unsigned
 * @throws HostOops (fidelity original) for the index right after the last, if that is off the page
 */
export function setPgd(mmu: MmuState, gpgdir: number, index: number): void {
  const entries = mmu.top.entries;
  const allowed = mmu.defects.setPgdIndexOneTooLarge ? entries : entries - 1;
  if (index >>> 0 > allowed) {
    mmu.kill(KillMessage.badTopIndex(index, entries));
    return;
  }
  const slot = mmu.findSlot(gpgdir);
  if (slot === undefined) return;
  if (isOffThePage(mmu, index)) throw new HostOops('out of bounds');
  releaseTopEntry(mmu, slot, index);
  if (mmu.defects.switcherEnsuredInWrongTable) ensureSwitcherOrKill(mmu, mmu.vcpus[0]!.slot);
  else if (slot.switcherMapped) ensureSwitcherOrKill(mmu, slot);
  slot.lastHostCpu = -1;
}

/** Whether a top entry lies behind its page. PAE's four entries leave most of their page unused. */
function isOffThePage(mmu: MmuState, index: number): boolean {
  return (index + 1) * mmu.entryWords > PAGE_WORDS;
}

/**
 * The guest has changed a middle entry under PAE (`guest_set_pmd`). Which one does not matter:
 * everything is thrown away, on behalf of vCPU 0.
 */
export function setPmd(mmu: MmuState): void {
  clearAll(mmu, mmu.vcpus[0]!);
}
