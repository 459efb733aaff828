// SPDX-License-Identifier: GPL-2.0-or-later
import type { SlotChange } from '@lguest-sim/bus';
import { releaseAllTables } from './flush.js';
import { KillMessage } from './kill-messages.js';
import type { MmuState } from './mmu-state.js';
import { prepareOtherTables, prepareTable } from './prepare-table.js';
import type { Slot, Vcpu } from './slot.js';
import { takeSlot } from './slots.js';

/**
 * H:430 Part (iv): the guest changes to another of its tables (`guest_new_pagetable`), as on most
 * of its context switches. With luck the table has a slot, and everything in it is still good.
 *
 * The first call ends linear mode: what was made up until then is thrown away. In the original the
 * table then gets a slot in any case, even if one has its address.
 *
 * @param gpgdir guest-physical address of the table's top level, signed; never checked
 * @returns how the table came by its slot
 */
export function newPagetable(mmu: MmuState, vcpu: Vcpu, gpgdir: number): SlotChange {
  mmu.counters.tableSwitches++;
  if (vcpu.linear === true) return leaveLinear(mmu, vcpu, gpgdir);
  const slot = mmu.findSlot(gpgdir);
  if (slot === undefined) return switchToNewSlot(mmu, vcpu, gpgdir);
  return switchToSlot(mmu, vcpu, slot, mmu.defects.stackPinnedInFreshSlotsOnly === false);
}

function switchToSlot(mmu: MmuState, vcpu: Vcpu, slot: Slot, pin: boolean): SlotChange {
  mmu.counters.slotHits++;
  vcpu.slot = slot;
  vcpu.started = true;
  if (mmu.tellsUse === true) mmu.eviction.used!(slot.number);
  // Mostly the table is as it was left, with nothing to prepare.
  if (pin === true || slot.switcherMapped === false) prepareTable(mmu, vcpu, pin);
  return 'hit';
}

function leaveLinear(mmu: MmuState, vcpu: Vcpu, gpgdir: number): SlotChange {
  releaseAllTables(mmu);
  vcpu.linear = false;
  // What can be found now is linear mode's own slot, whose address is 0, or another vCPU's.
  const slot = mmu.defects.linearSlotKept ? undefined : mmu.findSlot(gpgdir);
  const change =
    slot === undefined ? switchToNewSlot(mmu, vcpu, gpgdir) : switchToSlot(mmu, vcpu, slot, true);
  prepareOtherTables(mmu, vcpu);
  return change;
}

function switchToNewSlot(mmu: MmuState, vcpu: Vcpu, gpgdir: number): SlotChange {
  const taken = takeSlot(mmu, vcpu, gpgdir);
  if (taken === 'fresh') mmu.counters.slotFresh++;
  else mmu.counters.slotEvictions++;
  if (taken === 'none') {
    mmu.kill(KillMessage.noSwitcher);
    return 'evicted';
  }
  vcpu.started = true;
  prepareTable(mmu, vcpu, taken === 'fresh' || !mmu.defects.stackPinnedInFreshSlotsOnly);
  return taken;
}
