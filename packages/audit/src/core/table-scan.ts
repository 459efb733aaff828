// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, frameWord, type PagingLevel, type Pfn } from '@lguest-sim/x86';
import type { AuditedHost } from './audited.js';
import { TableMirror } from './table-mirror.js';
import type { TableEntry } from './violation.js';

const PRESENT = Flag.present;
const SHIFT = 12;
/** Words that are looked at in one go where all is as it was: most entries are empty. */
const STRIDE = 4;
/** Bits that the CPU sets by itself while it walks. */
const SET_BY_CPU = Flag.accessed | Flag.dirty;

/** Is told what a scan meets. */
export interface ScanListener {
  /** A leaf is there that was not looked at as it is now, or whose page has another owner since. */
  leaf(entry: TableEntry, isChange: boolean): void;
  /** An entry of a directory is there that was not looked at as it is now. */
  directory(entry: TableEntry, depth: number): void;
  /** Something but accessed and dirty bits changed in an entry; `before` is its low word until now. */
  changed(entry: TableEntry, depth: number, before: number): void;
  /** A table hangs where none did. Returns whether to look into it. */
  tableTaken(entry: TableEntry): boolean;
  tableLeft(pfn: Pfn): void;
}

/**
 * Reads every entry of a slot's tables. What is as it was costs a comparison; of all else, and of
 * leaves whose page has changed hands, a listener is told.
 *
 * References are counted along the way.
 */
export class TableScan {
  private readonly counts: Int32Array;
  private readonly words: Int32Array;
  private readonly owners: Uint8Array;
  private readonly host: AuditedHost;
  private readonly listener: ScanListener;

  /** @param counts for each host page, the present leaves that map it; kept here as they change */
  constructor(host: AuditedHost, listener: ScanListener, counts: Int32Array) {
    this.host = host;
    this.listener = listener;
    this.words = host.memory.words;
    this.owners = host.memory.owners;
    this.counts = counts;
  }

  /** A slot's top table, of which nothing is known yet. */
  begin(slot: number, pfn: Pfn): TableMirror {
    return this.newMirror({ slot, pfn, depth: 0, address: 0 });
  }

  /** Looks at a table and all below it. */
  scan(mirror: TableMirror): void {
    const level = this.host.format.levels[mirror.depth]!;
    if (level === this.host.format.leaf) return this.scanLeaves(mirror, level);
    const { words } = this;
    const first = frameWord(mirror.pfn);
    const step = 1 << this.host.format.entryWordShift;
    const { length } = mirror.words;
    for (let i = 0; i < length; i += step) {
      if (i % STRIDE === 0 && isSame(words, first + i, mirror.words, i)) i += STRIDE - step;
      else if (isChanged(words, first + i, mirror.words, i, step)) {
        this.directoryChanged(mirror, i, level);
      }
    }
    for (const below of mirror.below.values()) this.scan(below);
  }

  /**
   * Lets go of the tables below that do not hang where they did. Comes before `scan`, of all slots:
   * a table that was freed may hang elsewhere by now.
   */
  forgetGone(mirror: TableMirror): void {
    const first = frameWord(mirror.pfn);
    for (const [i, below] of mirror.below) {
      const low = this.words[first + i]!;
      if ((low & PRESENT) !== 0 && low >>> SHIFT === below.pfn) {
        this.forgetGone(below);
        continue;
      }
      this.leave(below);
      mirror.below.delete(i);
    }
  }

  /** A table is gone, with all that hung below it. */
  leave(mirror: TableMirror): void {
    this.listener.tableLeft(mirror.pfn);
    if (this.host.format.levels[mirror.depth] === this.host.format.leaf) {
      const step = 1 << this.host.format.entryWordShift;
      for (let i = 0; i < mirror.words.length; i += step) this.count(mirror.words[i]!, -1);
    }
    for (const below of mirror.below.values()) this.leave(below);
    mirror.below.clear();
  }

  /** Calls `visit` with the page of each present leaf in a table and below, as they were last seen. */
  eachPage(mirror: TableMirror, visit: (pfn: Pfn) => void): void {
    for (const below of mirror.below.values()) this.eachPage(below, visit);
    const { format } = this.host;
    if (format.levels[mirror.depth] !== format.leaf) return;
    const { words } = mirror;
    const step = 1 << format.entryWordShift;
    for (let i = 0; i < words.length; i += step) {
      if (i % STRIDE === 0 && areEmpty(words, i, words, i)) {
        i += STRIDE - step;
        continue;
      }
      const low = words[i]!;
      if ((low & PRESENT) !== 0) visit(low >>> SHIFT);
    }
  }

  private scanLeaves(mirror: TableMirror, level: PagingLevel): void {
    const { words, owners } = this;
    const first = frameWord(mirror.pfn);
    const step = 1 << this.host.format.entryWordShift;
    const { length } = mirror.words;
    for (let i = 0; i < length; i += step) {
      if (i % STRIDE === 0 && areEmpty(words, first + i, mirror.words, i)) {
        i += STRIDE - step;
        continue;
      }
      const low = words[first + i]!;
      if (isChanged(words, first + i, mirror.words, i, step)) {
        this.leafChanged(mirror, i, level);
      } else if ((low & PRESENT) !== 0 && owners[low >>> SHIFT] !== mirror.owners[i]) {
        this.listener.leaf(this.entryAt(mirror, i, level), false);
      }
    }
  }

  private leafChanged(mirror: TableMirror, i: number, level: PagingLevel): void {
    const before = mirror.words[i]!;
    const entry = this.remember(mirror, i, level);
    const { low } = entry;
    this.count(before, -1);
    this.count(low, 1);
    mirror.owners[i] = this.owners[low >>> SHIFT] ?? 0;
    if (isOtherEntry(before, low)) this.listener.changed(entry, mirror.depth, before);
    if ((low & PRESENT) !== 0) this.listener.leaf(entry, isOtherEntry(before, low));
  }

  private directoryChanged(mirror: TableMirror, i: number, level: PagingLevel): void {
    const before = mirror.words[i]!;
    const entry = this.remember(mirror, i, level);
    const { low } = entry;
    if (isOtherEntry(before, low)) this.listener.changed(entry, mirror.depth, before);
    const old = mirror.below.get(i);
    const isSame = old !== undefined && (low & PRESENT) !== 0 && low >>> SHIFT === old.pfn;
    if (old !== undefined && !isSame) {
      this.leave(old);
      mirror.below.delete(i);
    }
    if ((low & PRESENT) === 0) return;
    this.listener.directory(entry, mirror.depth);
    if (isSame || !this.listener.tableTaken(entry)) return;
    const { slot } = mirror;
    const { address } = entry;
    const depth = mirror.depth + 1;
    mirror.below.set(i, this.newMirror({ slot, pfn: low >>> SHIFT, depth, address }));
  }

  private newMirror(place: Pick<TableMirror, 'slot' | 'pfn' | 'depth' | 'address'>): TableMirror {
    const { levels, entryWordShift } = this.host.format;
    return new TableMirror(place, levels[place.depth]!.entries << entryWordShift);
  }

  private count(low: number, by: number): void {
    if ((low & PRESENT) === 0) return;
    const pfn = low >>> SHIFT;
    if (pfn < this.counts.length) this.counts[pfn]! += by;
  }

  private remember(mirror: TableMirror, i: number, level: PagingLevel): TableEntry {
    const entry = this.entryAt(mirror, i, level);
    mirror.words[i] = entry.low;
    if (this.host.format.entryWordShift === 1) mirror.words[i + 1] = entry.high;
    return entry;
  }

  private entryAt(mirror: TableMirror, i: number, level: PagingLevel): TableEntry {
    const { entryWordShift } = this.host.format;
    const index = i >> entryWordShift;
    const word = frameWord(mirror.pfn) + i;
    return {
      slot: mirror.slot,
      address: (mirror.address + index * 2 ** level.shift) >>> 0,
      table: mirror.pfn,
      index,
      level: level.shift,
      low: this.words[word]!,
      high: entryWordShift === 1 ? this.words[word + 1]! : 0,
    };
  }
}

/** Whether the words of a stride are the same in both places. */
function isSame(a: Int32Array, i: number, b: Int32Array, j: number): boolean {
  const difference = (a[i]! ^ b[j]!) | (a[i + 1]! ^ b[j + 1]!);
  return (difference | (a[i + 2]! ^ b[j + 2]!) | (a[i + 3]! ^ b[j + 3]!)) === 0;
}

/** Whether the words of a stride are all zero in both places. */
function areEmpty(a: Int32Array, i: number, b: Int32Array, j: number): boolean {
  const some = a[i]! | a[i + 1]! | a[i + 2]! | a[i + 3]!;
  return (some | b[j]! | b[j + 1]! | b[j + 2]! | b[j + 3]!) === 0;
}

/** Whether an entry of one or two words is not the same in both places. */
function isChanged(a: Int32Array, i: number, b: Int32Array, j: number, step: number): boolean {
  return a[i] !== b[j] || (step === 2 && a[i + 1] !== b[j + 1]);
}

/** Whether an entry is another than before, and not just used by the CPU since. */
function isOtherEntry(before: number, now: number): boolean {
  return ((before ^ now) & ~SET_BY_CPU) !== 0;
}
