// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, PART_WORDS, type Pfn } from '@lguest-sim/x86';
import type { Level } from './level.js';
import type { MmuState } from './mmu-state.js';
import type { Slot, Vcpu } from './slot.js';

const PRESENT = Flag.present;
const SHIFT = 12;
/** log2 of the words in a page. */
const PAGE_WORD_SHIFT = 10;
const PAGE_WORDS = 1 << PAGE_WORD_SHIFT;

/**
 * H:445 Releases a slot's tables from address 0 up to the guest kernel's (`flush_user_mappings`).
 * The top entry that the kernel's address lies in stays as a whole.
 */
export function flushUserMappings(mmu: MmuState, slot: Slot): void {
  const kernelOffset = mmu.top.wordOffset(mmu.kernelAddress);
  if (kernelOffset === 0) return;
  if (slot.topPfn === 0) {
    mmu.noTable();
    return;
  }
  const first = slot.topPfn << PAGE_WORD_SHIFT;
  releaseEntries(mmu, mmu.top, first, first + kernelOffset);
}

/**
 * H:440 Part (v): the guest has changed many user mappings (`guest_pagetable_flush_user`): the user
 * part of its current shadow table goes, and comes back fault by fault.
 */
export function flushUser(mmu: MmuState, vcpu: Vcpu): void {
  flushUserMappings(mmu, vcpu.slot);
}

/**
 * H:470 Releases everything below the top level in every slot (`release_all_pagetables`), the
 * Switcher's path included. The slots keep their top tables and what they shadow.
 */
export function releaseAllTables(mmu: MmuState): void {
  for (const slot of mmu.slots) {
    if (slot.topPfn === 0) continue;
    releaseTableEntries(mmu, mmu.top, slot.topPfn);
    slot.switcherMapped = false;
    slot.lastHostCpu = -1;
  }
}

/**
 * H:450 Releases what a top entry of a slot leads to, if it is present (`release_pgd`).
 *
 * @param index of the entry, below the number of top entries
 */
export function releaseTopEntry(mmu: MmuState, slot: Slot, index: number): void {
  const word = (slot.topPfn << PAGE_WORD_SHIFT) + index * mmu.entryWords;
  releaseEntries(mmu, mmu.top, word, word + 1);
}

/** Releases every entry of a directory. */
function releaseTableEntries(mmu: MmuState, level: Level, table: Pfn): void {
  const first = table << PAGE_WORD_SHIFT;
  releaseEntries(mmu, level, first, first + level.entries * mmu.entryWords);
}

/** Releases the directory entries of a table from the word `first` up to, not with, `end`. */
function releaseEntries(mmu: MmuState, level: Level, first: number, end: number): void {
  const { parts } = mmu;
  // So few, as under PAE's top, are looked at as quickly as asked for.
  if (end - first < PART_WORDS) return releaseEach(mmu, level, first, end);
  for (let left = parts.between(first, end); left !== 0; left &= left - 1) {
    const part = partOf(first, left);
    releaseEach(mmu, level, Math.max(first, part), Math.min(end, part + PART_WORDS));
  }
}

/** Index of the first word of the part that the lowest bit stands for, in the table that `word` is in. */
function partOf(word: number, bits: number): number {
  const part = 31 - Math.clz32(bits & -bits);
  return (word & ~(PAGE_WORDS - 1)) + part * PART_WORDS;
}

function releaseEach(mmu: MmuState, level: Level, first: number, end: number): void {
  const words = mmu.words;
  const step = mmu.entryWords;
  for (let word = first; word < end; word += step) {
    const entry = words[word]!;
    if ((entry & PRESENT) === 0) continue;
    releaseTable(mmu, level.next!, entry >>> SHIFT);
    // Cleared, so that it is never released twice.
    mmu.setEntry(word, 0, 0);
  }
}

/** H:450 Releases a table that hangs below the top, with all that it leads to (`release_pmd`). */
function releaseTable(mmu: MmuState, level: Level, table: Pfn): void {
  if (level.next === undefined) releaseLeaves(mmu, table);
  else releaseTableEntries(mmu, level, table);
  mmu.returnTable(table);
}

/** H:460 Gives back every page that a table of leaves holds. The table itself is not cleared. */
function releaseLeaves(mmu: MmuState, table: Pfn): void {
  const step = mmu.entryWords;
  const first = table << PAGE_WORD_SHIFT;
  for (let left = mmu.parts.between(first, first + PAGE_WORDS); left !== 0; left &= left - 1) {
    const part = partOf(first, left);
    for (let word = part; word < part + PART_WORDS; word += step) mmu.releaseLeaf(word);
  }
}
