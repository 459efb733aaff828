// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag } from '@lguest-sim/x86';
import { KillMessage, badDirectoryMessages } from './kill-messages.js';
import type { Level } from './level.js';
import type { MmuState } from './mmu-state.js';

const PAGE_SIZE_FLAG = Flag.pageSize;
const SHIFT = 12;
const ENTRY_FLAGS = 0xfff;
/** Bits of a PAE leaf's high word that belong to the page number: bits 32 to 43 of the entry. */
const LEAF_HIGH_PAGE_BITS = 0xfff;

/**
 * Whether a guest's leaf entry may be used (`check_gpte`): no large page, and a page number inside
 * guest memory, so that nothing else of the Launcher can be mapped. Kills the guest if not.
 *
 * Under PAE the page number is bits 12 to 43; any bit above 31 puts it beyond every guest's memory.
 */
export function checkLeaf(mmu: MmuState, low: number, high: number): boolean {
  const isGood =
    (low & PAGE_SIZE_FLAG) === 0 &&
    (high & LEAF_HIGH_PAGE_BITS) === 0 &&
    low >>> SHIFT < mmu.memory.pageLimit;
  if (!isGood) mmu.kill(KillMessage.badLeaf);
  return isGood;
}

/**
 * Whether a guest's directory entry may be used (`check_gpgd`, `check_gpmd`): none but the level's
 * flags, and a table inside guest memory. Kills the guest if not.
 *
 * Under PAE everything from bit 12 up counts as page number, so NX makes it too large.
 */
export function checkDirectory(mmu: MmuState, level: Level, low: number, high: number): boolean {
  const isGood =
    (low & ENTRY_FLAGS & ~level.tableFlags) === 0 &&
    high === 0 &&
    low >>> SHIFT < mmu.memory.pageLimit;
  if (!isGood) mmu.kill(badDirectoryMessages[level.depth]!);
  return isGood;
}
