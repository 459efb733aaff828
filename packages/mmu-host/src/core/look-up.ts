// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, PageFaultError } from '@lguest-sim/x86';
import { checkLeaf } from './checks.js';
import { walkForFault, writeGuestEntry } from './guest-walk.js';
import { KillMessage } from './kill-messages.js';
import type { MmuState } from './mmu-state.js';
import type { Vcpu } from './slot.js';

const PRESENT = Flag.present;
const WRITABLE = Flag.writable;
const ACCESSED = Flag.accessed;
const DIRTY = Flag.dirty;
const WRITE_FAULT = PageFaultError.write;
/** The error code's write and user bits are where an entry's RW and USER bits are. */
const FAULT_RIGHTS = PageFaultError.write | PageFaultError.user;
/** Flags of a guest's leaf that go into the shadow's. */
const KEPT_FLAGS = 0xfff & ~Flag.global;
const SHIFT = 12;

/** What a page number of -1 leaves in an entry without flags, as words. */
const FAILED_LOW = ~0xfff;
const FAILED_HIGH = 0xfff;

/**
 * H:330 Part (i): a page fault in the guest (`demand_page`).
 *
 * Shadow tables are filled on demand, so most faults are no fault of the guest's: its own tables
 * allow the access and the shadow has no entry yet, or only a read-only one so that the first write
 * would be noticed. Such a fault is fixed here, and the guest never learns of it.
 *
 * @param vaddr the address that faulted, in bytes, signed
 * @param errorCode the CPU's: only write (2) and user (4) count
 * @returns true if the shadow table allows the access now; false if the fault is the guest's own
 *   (or it was killed)
 */
export function demandPage(mmu: MmuState, vcpu: Vcpu, vaddr: number, errorCode: number): boolean {
  mmu.counters.demandPages++;
  // The Switcher's entries are never filled on demand.
  if (mmu.isSwitcherAddress(vaddr) === true) return false;
  if (walkForFault(mmu, vcpu, vaddr, errorCode) === false) return false;

  const walk = mmu.walk;
  const wanted = PRESENT | (errorCode & FAULT_RIGHTS);
  if ((walk.low & wanted) !== wanted) return false;
  if (checkLeaf(mmu, walk.low, walk.high) === false) return false;
  const dirtied = (errorCode & WRITE_FAULT) !== 0 ? DIRTY : 0;
  const low = walk.low | ACCESSED | dirtied;

  const word = mmu.makeLeaf(vcpu.slot, vaddr, walk.directoryFlags);
  if (word < 0) return false;
  // A write to an entry that was mapped read-only so far comes through here with an entry in place.
  mmu.releaseLeaf(word);
  // A leaf that is not dirty yet is mapped read-only: the first write shall come here, to set D.
  const write = (low & DIRTY) !== 0;
  setLeaf(mmu, word, write ? low : low & ~WRITABLE, write);
  mmu.counters.shadowFills++;

  // The guest sees A and D set, as from a real CPU. Linear mode has no entry to set them in.
  if (vcpu.linear === false) writeGuestEntry(mmu, walk.leafAddress, low, walk.high);
  return true;
}

/**
 * H:340 Turns a guest's leaf into the shadow's and stores it (`gpte_to_spte`, and H:350 `get_pfn`).
 *
 * The flags stay; the page number becomes that of the host page behind the guest's, which is held
 * from now on. G goes: the guest is told of global pages only so that it says which kind of flush
 * it wants. What a PAE guest has in the high word, NX included, never gets here.
 *
 * If there is no such page the guest is killed, and the entry gets no flags, so that nobody takes
 * it for one that holds a page.
 *
 * @param word where the shadow's leaf is, its part marked; whatever it held has been released
 * @param low the guest's leaf, its page number checked
 * @param write whether to get the page for writing
 */
export function setLeaf(mmu: MmuState, word: number, low: number, write: boolean): void {
  const pfn = mmu.pages.pin(low >>> SHIFT, write);
  if (pfn >= 0) mmu.setEntry(word, (pfn << SHIFT) | (low & KEPT_FLAGS), 0);
  else failToGetPage(mmu, word, low >>> SHIFT);
}

function failToGetPage(mmu: MmuState, word: number, gpfn: number): void {
  mmu.kill(KillMessage.failedToGetPage(gpfn));
  mmu.setEntry(word, FAILED_LOW, FAILED_HIGH);
}
