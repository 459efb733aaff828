// SPDX-License-Identifier: GPL-2.0-or-later
import { GuestData } from '@lguest-sim/abi';
import { releaseAllTables } from './flush.js';
import { KillMessage } from './kill-messages.js';
import type { MmuState } from './mmu-state.js';
import { takeSlot } from './slots.js';
import { ensureSwitcher } from './switcher-mapping.js';

/** What `initGuestPagetable` returns when the host has no page for a table (-ENOMEM). */
export const OUT_OF_MEMORY = -12;

const WORD_BYTES = 4;

/**
 * H:500 Part (vii): a guest is made (`init_guest_pagetable`). It has no tables of its own yet, so
 * its memory is mapped one to one, fault by fault, until it names a table; but the Switcher is
 * needed from the start.
 *
 * @returns 0, or `OUT_OF_MEMORY`: there is no guest then (and where a table below the top was
 *   lacking, it was also killed)
 */
export function initGuestPagetable(mmu: MmuState): number {
  const vcpu = mmu.vcpus[0]!;
  if (takeSlot(mmu, vcpu, 0) !== 'fresh') return OUT_OF_MEMORY;
  vcpu.linear = true;
  vcpu.started = true;
  if (ensureSwitcher(mmu, vcpu.slot)) return 0;
  if (mmu.defects.failedInitKeepsTop) releaseAllTables(mmu);
  else freeGuestPagetable(mmu);
  return OUT_OF_MEMORY;
}

/**
 * H:508 The guest announces itself (`page_table_guest_data_init`): its data page is told how much
 * of the top of the address space the Switcher takes, and asked where the kernel's part begins.
 *
 * Kills the guest if the data page cannot be read or written, or if its kernel would lie in the
 * Switcher: a flush of the user part, which ends at the kernel, must not reach that.
 *
 * @param gpa guest-physical address of the data page in bytes, signed; not checked
 */
export function guestDataInit(mmu: MmuState, gpa: number): void {
  const { memory } = mmu;
  const readable = memory.read((gpa + GuestData.kernelAddress) | 0, WORD_BYTES);
  mmu.kernelAddress = memory.low;
  // Two's complement: the bytes from the Switcher's start to the end of the address space.
  const reserved = -mmu.switcherAddress | 0;
  if (!readable || !memory.write((gpa + GuestData.reserveMem) | 0, WORD_BYTES, reserved, 0)) {
    mmu.kill(KillMessage.badGuestPage(mmu.memBase + (gpa >>> 0)));
    return;
  }
  if (mmu.isSwitcherAddress(mmu.kernelAddress)) {
    mmu.kill(KillMessage.badKernelAddress(mmu.kernelAddress));
    if (!mmu.defects.badKernelAddressKept) mmu.kernelAddress = 0;
  }
}

/**
 * A guest is gone (`free_guest_pagetable`): all its shadow tables go too, the top ones included,
 * and with them every hold on a page.
 */
export function freeGuestPagetable(mmu: MmuState): void {
  releaseAllTables(mmu);
  for (const slot of mmu.slots) {
    if (slot.topPfn !== 0) mmu.returnTable(slot.topPfn);
    slot.topPfn = 0;
    slot.gpgdir = 0;
  }
}
