// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, frameWord, hex } from '@lguest-sim/x86';
import type { HostMemory, PagingFormat, PagingLevel, Pfn } from '@lguest-sim/x86';
import { decodeLeaf, isEmptyLeaf, leafFrame, tableFlags } from './entry-bits.js';
import type { NamedFrames } from './named-frames.js';
import { TableCopies, type TableCopy } from './table-copy.js';

/** Changes of shadow entries, each list in ascending order. */
export interface TableChanges {
  readonly pgd: [slot: number, index: number, flags: string][];
  readonly pmd: [slot: number, topIndex: number, index: number, flags: string][];
  readonly pte: [slot: number, vaddr: string, page: string, flags: string][];
}

/**
 * Finds out what changed in the shadow tables by reading their bytes, table by table, and comparing
 * them with copies.
 *
 *     slot ── top ──┬─ [middle] ──┬─ leaf        host memory, read here
 *                   │             │
 *     roots[slot] ──┴─ children ──┴─ children    copies of the last time
 *
 * On the way it counts for every frame how many present leaves map it, which is how many references
 * the code ought to hold on it.
 */
export class TableRecorder {
  /** Present leaves, in all tables, that map a frame. */
  readonly mappings: Int32Array;
  private readonly host: HostMemory;
  private readonly format: PagingFormat;
  private readonly frames: NamedFrames;
  private readonly copies = new TableCopies();
  private readonly roots: (TableCopy | undefined)[] = [];
  private changes: TableChanges = { pgd: [], pmd: [], pte: [] };
  private slot = 0;

  constructor(host: HostMemory, format: PagingFormat, frames: NamedFrames) {
    this.host = host;
    this.format = format;
    this.frames = frames;
    this.mappings = new Int32Array(host.frameCount);
  }

  /**
   * Compares every slot's tables with what they were the last time.
   * @param tops page number of each slot's top-level table; -1 for a slot that has none
   * @throws RangeError if an entry points outside host memory, which no defect explains
   */
  record(tops: readonly Pfn[]): TableChanges {
    this.changes = { pgd: [], pmd: [], pte: [] };
    for (let slot = 0; slot < tops.length; slot++) {
      const top = tops[slot]!;
      this.slot = slot;
      if (top >= 0) this.compareTable(0, (this.roots[slot] ??= this.copies.take()), top, 0);
    }
    return this.changes;
  }

  private compareTable(level: number, copy: TableCopy, pfn: Pfn, base: number): void {
    if (pfn >= this.host.frameCount) throw new RangeError(`no table at page ${hex(pfn)}`);
    if (level === this.format.levels.length - 1) this.compareLeaves(copy, pfn, base);
    else this.compareUpper(level, copy, pfn, base);
  }

  private compareUpper(level: number, copy: TableCopy, pfn: Pfn, base: number): void {
    const { entries, shift } = this.format.levels[level]!;
    const { entryWordShift } = this.format;
    const { words } = this.host;
    let at = copy.firstDifference(words, pfn, 0);
    while (at < entries << entryWordShift) {
      const index = at >>> entryWordShift;
      this.upperChanged(level, copy, frameWord(pfn), index, base);
      at = copy.firstDifference(words, pfn, (index + 1) << entryWordShift);
    }
    for (const index of copy.present) {
      const table = this.tableAt(copy, index);
      this.compareTable(level + 1, copy.children[index]!, table, base + index * 2 ** shift);
    }
  }

  /** Page number in an entry above the leaf level: all of its bits from 12 up. */
  private tableAt({ words }: TableCopy, index: number): Pfn {
    const at = index << this.format.entryWordShift;
    const high = this.format.entryWordShift === 1 ? words[at + 1]! >>> 0 : 0;
    return (words[at]! >>> 12) + high * 2 ** 20;
  }

  /** Takes over an entry above the leaf level, and drops the copy of a table that is gone. */
  private upperChanged(
    level: number,
    copy: TableCopy,
    first: number,
    index: number,
    base: number,
  ): void {
    const at = index << this.format.entryWordShift;
    const was = tableFlags(copy.words[at]!);
    copy.words[at] = this.host.words[first + at]!;
    if (this.format.entryWordShift === 1) copy.words[at + 1] = this.host.words[first + at + 1]!;
    const now = tableFlags(copy.words[at]!);
    if (was !== now) this.tellUpper(level, base, index, now);
    if (was === 0 && now !== 0) copy.addChild(index, this.copies.take());
    if (was !== 0 && now === 0) this.forget(level + 1, copy.removeChild(index));
  }

  private tellUpper(level: number, base: number, index: number, flags: number): void {
    if (level === 0) this.changes.pgd.push([this.slot, index, hex(flags)]);
    else this.changes.pmd.push([this.slot, base >>> this.format.top.shift, index, hex(flags)]);
  }

  private compareLeaves(copy: TableCopy, pfn: Pfn, base: number): void {
    const { words } = this.host;
    const { entryWordShift } = this.format;
    const end = copy.words.length;
    let at = copy.firstDifference(words, pfn, 0);
    while (at < end) {
      const index = at >>> entryWordShift;
      this.leafChanged(copy.words, frameWord(pfn), index, base);
      at = copy.firstDifference(words, pfn, (index + 1) << entryWordShift);
    }
  }

  private leafChanged(known: Int32Array, first: number, index: number, base: number): void {
    const { words } = this.host;
    const wide = this.format.entryWordShift === 1;
    const at = index << this.format.entryWordShift;
    const lowBefore = known[at]!;
    const highBefore = wide ? known[at + 1]! : 0;
    const low = words[first + at]!;
    const high = wide ? words[first + at + 1]! : 0;
    known[at] = low;
    if (wide) known[at + 1] = high;
    this.countMapping(lowBefore, highBefore, -1);
    this.countMapping(low, high, 1);
    if (isEmptyLeaf(low, high) && isEmptyLeaf(lowBefore, highBefore)) return;
    const vaddr = base + index * 2 ** this.format.leaf.shift;
    const [page, flags] = decodeLeaf(low, high, this.frames);
    this.changes.pte.push([this.slot, hex(vaddr), page, flags]);
  }

  private countMapping(low: number, high: number, by: 1 | -1): void {
    if ((low & Flag.present) === 0) return;
    const pfn = leafFrame(low, high);
    if (pfn < this.mappings.length) this.mappings[pfn]! += by;
  }

  /** A table is gone, and with it all that was below it. */
  private forget(level: number, copy: TableCopy): void {
    const described = this.format.levels[level]!;
    if (described === this.format.leaf) this.forgetLeaves(described, copy);
    else for (const index of copy.present) this.forget(level + 1, copy.children[index]!);
    this.copies.giveBack(copy);
  }

  private forgetLeaves({ entries }: PagingLevel, { words }: TableCopy): void {
    const { entryWordShift } = this.format;
    for (let index = 0; index < entries; index++) {
      const at = index << entryWordShift;
      const low = words[at]!;
      if (low !== 0) this.countMapping(low, entryWordShift === 1 ? words[at + 1]! : 0, -1);
    }
  }
}
