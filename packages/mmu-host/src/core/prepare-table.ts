// SPDX-License-Identifier: GPL-2.0-or-later
import { releaseAllTables } from './flush.js';
import type { MmuState } from './mmu-state.js';
import type { Vcpu } from './slot.js';
import { pinStackPages } from './stack.js';
import { ensureSwitcherOrKill } from './switcher-mapping.js';

/**
 * Makes a vCPU's current table fit to be entered: with the Switcher, and with the guest's stack.
 *
 * The Switcher goes first. A stack that lies in the same top entry would otherwise make that entry
 * with the guest's flags, and without RW in it the next trap could not push.
 */
export function prepareTable(mmu: MmuState, vcpu: Vcpu, pin: boolean): void {
  if (mmu.defects.stackPinnedBeforeSwitcher === true) {
    if (pin === true) pinStackPages(mmu, vcpu);
    ensureSwitcherOfVcpu(mmu, vcpu);
  } else {
    ensureSwitcherOfVcpu(mmu, vcpu);
    if (pin === true) pinStackPages(mmu, vcpu);
  }
}

function ensureSwitcherOfVcpu(mmu: MmuState, vcpu: Vcpu): void {
  if (vcpu.slot.switcherMapped === false) ensureSwitcherOrKill(mmu, vcpu.slot);
}

/**
 * After everything was released: the tables that the guest's other vCPUs are on lack the Switcher
 * too, and they can be entered next. The original looks after one vCPU only.
 */
export function prepareOtherTables(mmu: MmuState, vcpu: Vcpu): void {
  if (mmu.defects.otherVcpusLoseSwitcher) return;
  for (const other of mmu.vcpus) {
    if (other !== vcpu && other.started) prepareTable(mmu, other, other.hasStack);
  }
}

/**
 * H:470 Throws all shadow tables away (`guest_pagetable_clear_all`). Kernel mappings are in every
 * table, and after a change that cannot be put to one address that is the easiest way; everything
 * faults back in. Only what a guest cannot do without is made at once.
 */
export function clearAll(mmu: MmuState, vcpu: Vcpu): void {
  mmu.counters.clearAlls++;
  releaseAllTables(mmu);
  prepareTable(mmu, vcpu, true);
  prepareOtherTables(mmu, vcpu);
}
