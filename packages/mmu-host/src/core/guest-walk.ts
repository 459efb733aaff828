// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, type GuestPhysical } from '@lguest-sim/x86';
import { checkDirectory } from './checks.js';
import { HostOops } from './host-oops.js';
import { KillMessage } from './kill-messages.js';
import type { Level } from './level.js';
import type { MmuState } from './mmu-state.js';
import type { Vcpu } from './slot.js';

const PRESENT = Flag.present;
const MADE_UP_FLAGS = Flag.writable | Flag.present;
const FLAGS_MASK = 0xfff;
const PAGE_MASK = ~FLAGS_MASK;

/** What `guestPhysical` returns when it found nothing: all ones. */
const NO_ADDRESS = 0xffffffff;

/**
 * Reads an entry of a guest table (`lgread`) into `memory.low` and `memory.high`. Kills the guest
 * and leaves zeros if that is refused.
 *
 * @param gpa guest-physical address in bytes, signed
 */
function readGuestEntry(mmu: MmuState, gpa: number): void {
  const bytes = mmu.entryWords << 2;
  if (mmu.memory.read(gpa, bytes) === false) mmu.kill(KillMessage.badRead(gpa, bytes));
}

/** Writes an entry of a guest table (`lgwrite`). Kills the guest if that is refused. */
export function writeGuestEntry(mmu: MmuState, gpa: number, low: number, high: number): void {
  const bytes = mmu.entryWords << 2;
  if (mmu.memory.write(gpa, bytes, low, high) === false) {
    mmu.kill(KillMessage.badWrite(gpa, bytes));
  }
}

/**
 * Walks the guest's tables for a fault at `vaddr` and leaves the leaf in `mmu.walk`. Kills the
 * guest for a directory entry that is malformed, and for any entry that cannot be read.
 *
 * While memory is still linear nothing is read: a leaf for the same page number is made up.
 *
 * @param errorCode the fault's: write and user count
 * @returns false if there is no leaf to be had: the fault is the guest's own
 */
export function walkForFault(mmu: MmuState, vcpu: Vcpu, vaddr: number, errorCode: number): boolean {
  if (vcpu.linear === true) return makeUpLeaf(mmu, vaddr);
  const { walk, memory, leaf } = mmu;
  let table = vcpu.slot.gpgdir;
  for (let level = mmu.top; level !== leaf; level = level.next!) {
    readGuestEntry(mmu, level.guestEntry(table, vaddr));
    const low = memory.low;
    if ((low & PRESENT) === 0) return false;
    if (checkDirectory(mmu, level, low, memory.high) === false) return false;
    if (lacksRight(level, low, errorCode) === true) return false;
    walk.directoryFlags[level.depth] = low & FLAGS_MASK;
    table = low & PAGE_MASK;
  }
  walk.leafAddress = leaf.guestEntry(table, vaddr);
  readGuestEntry(mmu, walk.leafAddress);
  walk.low = memory.low;
  walk.high = memory.high;
  return true;
}

/** The leaf of a guest without tables: the same page, writable, for the kernel only. */
function makeUpLeaf(mmu: MmuState, vaddr: number): true {
  const walk = mmu.walk;
  walk.directoryFlags.set(mmu.ownFlags);
  walk.low = (vaddr & PAGE_MASK) | MADE_UP_FLAGS;
  walk.high = 0;
  return true;
}

/**
 * Whether a guest directory entry forbids the access: a CPU wants RW and USER at every level that
 * has them. The original looks at the leaf alone, maps the page below a directory entry with the
 * guest's flags, and sees the same fault again for ever.
 */
function lacksRight(level: Level, low: number, errorCode: number): boolean {
  // The error code's write and user bits are where the entry's RW and USER bits are.
  return (errorCode & ~low & level.rights) !== 0;
}

/**
 * Walks the guest's tables to a guest-physical address (`guest_pa`). Kills the guest if an entry is
 * not present or cannot be read. Nothing checks flags or page numbers.
 *
 * @param vaddr virtual address in bytes, signed
 * @returns guest-physical address in bytes, unsigned; after a kill a meaningless one
 * @throws HostOops (fidelity original) under PAE if the middle entry is not present
 */
export function guestPhysical(mmu: MmuState, vcpu: Vcpu, vaddr: number): GuestPhysical {
  if (vcpu.linear) return vaddr >>> 0;
  const { memory, leaf } = mmu;
  let table = vcpu.slot.gpgdir;
  for (let level = mmu.top; level !== leaf; level = level.next!) {
    readGuestEntry(mmu, level.guestEntry(table, vaddr));
    if ((memory.low & PRESENT) === 0) return missingDirectory(mmu, level, vaddr);
    table = memory.low & PAGE_MASK;
  }
  readGuestEntry(mmu, leaf.guestEntry(table, vaddr));
  const low = memory.low;
  if ((low & PRESENT) === 0) mmu.kill(KillMessage.badAddress(vaddr));
  return ((low & PAGE_MASK) | (vaddr & FLAGS_MASK)) >>> 0;
}

function missingDirectory(mmu: MmuState, level: Level, vaddr: number): number {
  mmu.kill(KillMessage.badAddress(vaddr));
  if (level !== mmu.top && mmu.defects.guestPaMissingMiddle) throw new HostOops('BUG_ON gpte_addr');
  return NO_ADDRESS;
}
