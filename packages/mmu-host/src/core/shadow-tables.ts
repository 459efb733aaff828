// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, type HostMemory, type Pfn } from '@lguest-sim/x86';
import { newCounters, type MmuCounters } from './counters.js';
import { defectsOf, type Defects } from './fidelity.js';
import { HostOops } from './host-oops.js';
import type { ShadowMmuOptions, TablePages } from './interfaces.js';
import { outOfMemoryMessages } from './kill-messages.js';
import { Level } from './level.js';
import type { Slot } from './slot.js';
import { TableParts } from './table-parts.js';

/** Where an entry would be that is not there. */
export const NO_ENTRY = -1;

// An imported constant is looked up and checked at each use; one of the file's own costs nothing.
const PRESENT = Flag.present;
const SHIFT = 12;

/**
 * Shadow tables as bytes in host memory: finding, making and setting entries. Whatever the seven
 * parts do to a table, they do it with this.
 */
export class ShadowTables {
  readonly host: HostMemory;
  /** Host memory as words: shadow tables are read and written here. */
  readonly words: Int32Array;
  readonly defects: Defects;
  readonly kill: (reason: string) => void;
  readonly counters: MmuCounters = newCounters();
  /** The paging format's levels, as a chain from the first to the last. */
  readonly top: Level;
  readonly leaf: Level;
  /** 32-bit words in an entry: 1, or 2 under PAE. */
  readonly entryWords: number;
  /** Where there may be entries. */
  readonly parts: TableParts;
  private readonly tables: TablePages;

  constructor(options: ShadowMmuOptions) {
    this.host = options.host;
    this.words = options.host.words;
    this.defects = defectsOf(options.fidelity, options.defects);
    this.kill = options.kill;
    this.top = new Level(options.format, 0, !this.defects.directoryRightsIgnored);
    this.leaf = this.top.last();
    this.entryWords = options.format.entryBytes >> 2;
    this.parts = new TableParts(options.host);
    this.tables = options.tables;
  }

  /**
   * H:331 Walks a slot's shadow tables down to the leaf entry of an address (`find_spte` without
   * `allocate`).
   *
   * @param vaddr virtual address in bytes, signed
   * @returns index of the leaf entry's low word, or `NO_ENTRY` if a table on the way is missing
   * @throws HostOops (fidelity original) if the slot has no table at all
   */
  findLeaf(slot: Slot, vaddr: number): number {
    const { words, leaf } = this;
    let table = slot.topPfn;
    if (table === 0) return this.noTable();
    for (let level = this.top; level !== leaf; level = level.next!) {
      const entry = words[level.shadowEntry(table, vaddr)]!;
      if ((entry & PRESENT) === 0) return NO_ENTRY;
      table = entry >>> SHIFT;
    }
    return leaf.shadowEntry(table, vaddr);
  }

  /**
   * H:331 The same, for an entry that is going to be filled: makes what tables are missing
   * (`find_spte` with `allocate`), and marks its part of the last.
   *
   * The guest cannot help it when the host has no page for a table, but killing it is the simplest
   * way out; what was made on the way stays.
   *
   * @param flags flags for directory entries made on the way, by depth
   * @returns index of the leaf entry's low word, or `NO_ENTRY` when the guest was killed
   * @throws HostOops (fidelity original) if the slot has no table at all
   */
  makeLeaf(slot: Slot, vaddr: number, flags: Int32Array): number {
    const { words, leaf } = this;
    let table = slot.topPfn;
    if (table === 0) return this.noTable();
    for (let level = this.top; level !== leaf; level = level.next!) {
      const word = level.shadowEntry(table, vaddr);
      const entry = words[word]!;
      if ((entry & PRESENT) !== 0) {
        this.widen(word, entry, flags[level.depth]! & level.rights);
        table = entry >>> SHIFT;
      } else {
        table = this.makeTable(word, level.depth, flags[level.depth]!);
        if (table < 0) return NO_ENTRY;
      }
    }
    const word = leaf.shadowEntry(table, vaddr);
    this.parts.mark(word);
    return word;
  }

  /** Sets an entry, one or two words. Unless it is emptied, its part of the table has to be marked. */
  setEntry(word: number, low: number, high: number): void {
    this.words[word] = low;
    if (this.entryWords === 2) this.words[word + 1] = high;
  }

  /** H:460 Gives back the page that a leaf holds, if it is present (`release_pte`). */
  releaseLeaf(word: number): void {
    const leaf = this.words[word]!;
    if ((leaf & PRESENT) !== 0) this.host.release(leaf >>> SHIFT);
  }

  /** Releases a leaf and leaves nothing in its place. */
  emptyLeaf(word: number): void {
    this.releaseLeaf(word);
    this.setEntry(word, 0, 0);
  }

  /** Takes a page for a table. Returns its host page number, or -1. */
  takeTable(): Pfn {
    const pfn = this.tables.allocate();
    if (pfn < 0) return pfn;
    this.counters.tablesAllocated++;
    this.parts.begin(pfn);
    return pfn;
  }

  /** Gives a table's page back. */
  returnTable(pfn: Pfn): void {
    this.counters.tablesFreed++;
    this.tables.free(pfn);
  }

  /** The table of a slot that has none is asked for: a NULL pointer in the original. */
  noTable(): typeof NO_ENTRY {
    if (this.defects.vcpuWithoutTable) throw new HostOops('NULL dereference');
    return NO_ENTRY;
  }

  /**
   * Gives a directory entry rights that it has not yet. It took the guest's flags when it was made;
   * a guest that has allowed more since need not say so, as a CPU would look at its tables again.
   */
  private widen(word: number, entry: number, rights: number): void {
    if ((rights & ~entry) !== 0) this.words[word] = entry | rights;
  }

  private makeTable(word: number, depth: number, flags: number): Pfn {
    const table = this.takeTable();
    if (table < 0) {
      this.kill(outOfMemoryMessages[depth]!);
    } else {
      this.parts.mark(word);
      this.setEntry(word, (table << SHIFT) | flags, 0);
    }
    return table;
  }
}
