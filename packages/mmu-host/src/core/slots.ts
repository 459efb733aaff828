// SPDX-License-Identifier: GPL-2.0-or-later
import { flushUserMappings } from './flush.js';
import type { MmuState } from './mmu-state.js';
import type { Slot, Vcpu } from './slot.js';

/**
 * H:435 Puts a vCPU on a slot that shall shadow `gpgdir` from now on (`new_pgdir`). A slot that is
 * used for the first time gets a top page; with no page to be had the vCPU keeps the slot it is on.
 * Of a slot that was in use the kernel's part stays, as that is the same in all of a guest's tables.
 *
 * @returns `fresh` if the slot is blank; `evicted` if it was in use; `none` (fidelity mended) if
 *   there is none to be had
 */
export function takeSlot(mmu: MmuState, vcpu: Vcpu, gpgdir: number): 'fresh' | 'evicted' | 'none' {
  let slot: Slot | undefined = chooseSlot(mmu, vcpu);
  let fresh = false;
  if (slot.topPfn === 0) {
    fresh = giveTop(mmu, slot);
    if (!fresh) slot = slotWithoutMemory(mmu, vcpu);
    if (slot === undefined) return 'none';
  }
  slot.gpgdir = gpgdir;
  flushUserMappings(mmu, slot);
  slot.lastHostCpu = -1;
  vcpu.slot = slot;
  mmu.eviction.taken?.(slot.number);
  return fresh ? 'fresh' : 'evicted';
}

function giveTop(mmu: MmuState, slot: Slot): boolean {
  const top = mmu.takeTable();
  if (top < 0) return false;
  slot.topPfn = top;
  return true;
}

/** The slot to take: the policy's choice, but none that another vCPU is on. */
function chooseSlot(mmu: MmuState, vcpu: Vcpu): Slot {
  const { slots } = mmu;
  const chosen = mmu.eviction.choose(mmu.evictionViews[vcpu.number]!);
  if (mmu.defects.tableOfOtherVcpuTaken) return slots[chosen]!;
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[(chosen + i) % slots.length]!;
    if (!isSlotOfOther(mmu, vcpu, slot)) return slot;
  }
  return slots[chosen]!;
}

/** The slot to take when the host has no page for a new one: the vCPU's own, or one in no use. */
function slotWithoutMemory(mmu: MmuState, vcpu: Vcpu): Slot | undefined {
  if (mmu.defects.tableOfOtherVcpuTaken || !isSlotOfOther(mmu, vcpu, vcpu.slot)) return vcpu.slot;
  return mmu.slots.find((slot) => slot.topPfn !== 0 && !isSlotOfOther(mmu, vcpu, slot));
}

/** Whether a vCPU other than this one has chosen a slot. */
function isSlotOfOther(mmu: MmuState, vcpu: Vcpu, slot: Slot): boolean {
  for (const other of mmu.vcpus) {
    if (other !== vcpu && other.started && other.slot === slot) return true;
  }
  return false;
}
