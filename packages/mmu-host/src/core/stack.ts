// SPDX-License-Identifier: GPL-2.0-or-later
import { GUEST_PRIVILEGE, privilegeOf } from '@lguest-sim/abi';
import { Flag, PageFaultError } from '@lguest-sim/x86';
import { HostOops } from './host-oops.js';
import { KillMessage } from './kill-messages.js';
import { demandPage } from './look-up.js';
import type { Level } from './level.js';
import type { MmuState } from './mmu-state.js';
import type { Slot, Vcpu } from './slot.js';

/** Most pages that a kernel stack may have. */
const MOST_STACK_PAGES = 2;
/**
 * Pages after which the host counts as hung, where the original pins as many as a guest says: by then
 * nothing else runs on that host CPU, and Linux's watchdog calls it a soft lockup.
 */
const LOCKUP_PAGES = 1 << 16;
const PRESENT = Flag.present;
const WRITABLE = Flag.writable;
const PRESENT_AND_WRITABLE = PRESENT | WRITABLE;
const WRITE_FAULT = PageFaultError.write;
const SHIFT = 12;
const PAGE_SIZE = 1 << SHIFT;

/**
 * H:360 Part (ii): whether the shadow tables map an address writable (`page_writable`).
 *
 * A trap that goes straight to the guest pushes on its kernel stack with no help from the host, so
 * the stack has to be there. Mostly it is, and to see that takes no walk of the guest's tables.
 */
function pageWritable(mmu: MmuState, slot: Slot, vaddr: number): boolean {
  if (mmu.isSwitcherAddress(vaddr) === true) return false;
  const { words, leaf } = mmu;
  let table = slot.topPfn;
  if (table === 0) {
    mmu.noTable();
    return false;
  }
  for (let level = mmu.top; level !== leaf; level = level.next!) {
    const entry = words[level.shadowEntry(table, vaddr)]!;
    if ((entry & PRESENT) === 0 || lacksWriteRight(level, entry)) return false;
    table = entry >>> SHIFT;
  }
  return (words[leaf.shadowEntry(table, vaddr)]! & PRESENT_AND_WRITABLE) === PRESENT_AND_WRITABLE;
}

/** Whether a directory entry keeps its pages from being written, which the original does not ask. */
function lacksWriteRight(level: Level, entry: number): boolean {
  return (level.rights & WRITABLE & ~entry) !== 0;
}

/**
 * H:360 Makes sure that a stack page is mapped writable (`pin_page`). Kills the guest if it cannot
 * be.
 *
 * @param vaddr an address in the page, in bytes, signed
 */
export function pinPage(mmu: MmuState, vcpu: Vcpu, vaddr: number): void {
  if (pageWritable(mmu, vcpu.slot, vaddr) === true) return;
  if (demandPage(mmu, vcpu, vaddr, WRITE_FAULT) === false) {
    mmu.kill(KillMessage.badStackPage(vaddr));
  }
}

/**
 * Pins every page of a vCPU's kernel stack, from the top down (`pin_stack_pages`). The stack lies
 * below `esp`, which points just past it.
 *
 * @throws HostOops (fidelity original) for so many that the host would not come back
 */
export function pinStackPages(mmu: MmuState, vcpu: Vcpu): void {
  // The number of pages is the guest's: another vCPU may have set it.
  if (!vcpu.hasStack && !mmu.defects.stackOfOtherVcpuPinned) return;
  const top = vcpu.esp - 1;
  const pages = mmu.stackPages;
  if (pages > LOCKUP_PAGES) throw new HostOops('soft lockup pin_stack_pages');
  for (let page = 0; page < pages; page++) pinPage(mmu, vcpu, (top - page * PAGE_SIZE) | 0);
}

/**
 * The guest says where its kernel stack is (`guest_set_stack`), and it is pinned. Kills the guest
 * if the segment's privilege level is not that of a guest kernel, or for more than two pages.
 *
 * @param esp top of the stack, a virtual address in bytes
 * @param ss stack segment selector
 * @param pages pages of the stack, the same for all vCPUs
 */
export function setStack(mmu: MmuState, vcpu: Vcpu, esp: number, ss: number, pages: number): void {
  if (privilegeOf(ss) !== GUEST_PRIVILEGE) mmu.kill(KillMessage.badStackSegment(ss));
  if (pages >>> 0 > MOST_STACK_PAGES) {
    mmu.kill(KillMessage.badStackPages(pages));
    // The original goes on, and with pages enough the host is busy for a long while.
    if (!mmu.defects.stackPagesNotBounded) return;
  }
  vcpu.esp = esp;
  vcpu.hasStack = true;
  mmu.stackPages = pages >>> 0;
  pinStackPages(mmu, vcpu);
}
