// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, PageFaultError, hex } from '@lguest-sim/x86';
import type { HostMemory, PagingFormat } from '@lguest-sim/x86';
import { Right, WITHHELD } from './rights.js';

const TABLE_RIGHTS = Flag.writable | Flag.user;
const ALL_RIGHTS = Right.present | WITHHELD;
/** No address of a table: those are multiples of 4096. */
const NO_TABLE = -1;
/** Address bits 36 to 62 of a PAE entry's high word: none of them is in host memory's 4 GiB. */
const HIGH_ADDRESS = 0x7fffffff;

/**
 * The hardware page walker: reads the table bytes in host memory, checks the rights over all levels,
 * and sets accessed and dirty bits.
 *
 *     CR3 --> top entry --> [middle entry, PAE] --> leaf entry --> page
 *             (PAE: one of four latched at the CR3 load)
 *
 * Both formats take this one path; all that differs is in the format's levels.
 * Source: Intel SDM volume 3, chapter 4; facts sheet, section 8 (rules of the CPU).
 */
export class PageWalker {
  /** After a walk that found its page: host-physical page address, signed. */
  frame = 0;
  /** After a walk that found its page: the bits of the TLB tag, but `Right.seenByUser`. */
  rights = 0;
  /** After a walk that ended in a fault: its error code. */
  errorCode = 0;
  /** Entries that the last walk read from memory. */
  reads = 0;
  /** CR3, host-physical, signed. */
  cr3 = 0;
  /** PAE: the four top-level entries as the last CR3 load found them, two words each. */
  readonly latch = new Int32Array(8);

  private readonly host: HostMemory;
  private readonly words: Int32Array;
  private readonly frameCount: number;
  private readonly wordShift: 0 | 1;
  private readonly shifts: Int32Array;
  private readonly masks: Int32Array;
  /** Whether the top level is latched at the CR3 load (PAE) or read by each walk. Its entries then carry no rights. */
  readonly isLatched: boolean;
  /** The first level that a walk reads from memory, and the last. */
  private readonly firstLevel: number;
  private readonly leaf: number;
  /** Word indexes of the entries that the walk has used, by level. */
  private readonly used: Int32Array;
  /** Address bits of CR3. */
  private readonly cr3Mask: number;

  constructor(host: HostMemory, format: PagingFormat) {
    this.host = host;
    this.words = host.words;
    this.frameCount = host.frameCount;
    this.wordShift = format.entryWordShift;
    this.shifts = Int32Array.from(format.levels, (level) => level.shift);
    this.masks = Int32Array.from(format.levels, (level) => level.entries - 1);
    this.isLatched = !format.top.hasRights;
    this.firstLevel = this.isLatched ? 1 : 0;
    this.leaf = format.levels.length - 1;
    this.used = new Int32Array(format.levels.length);
    this.cr3Mask = -(format.top.entries * format.entryBytes);
  }

  /**
   * Loads CR3, and under PAE reads the four top-level entries, which later edits do not reach.
   *
   * @param hpa host-physical address of the top table
   * @throws RangeError if that is not in host memory: a bug of the host's
   */
  load(hpa: number): void {
    const cr3 = hpa & this.cr3Mask;
    if (cr3 >>> 12 >= this.frameCount) throw this.outside('CR3', hpa >>> 0);
    this.cr3 = cr3;
    if (this.isLatched) {
      const first = cr3 >>> 2;
      for (let i = 0; i < this.latch.length; i++) this.latch[i] = this.words[first + i]!;
    }
  }

  /**
   * Walks the tables for one access.
   *
   * @param address guest-virtual, signed or unsigned
   * @param need one of `Need`
   * @returns true if the access is allowed: `frame` and `rights` tell, accessed and dirty bits are
   * set. False if not: `errorCode` tells, and nothing in memory has changed.
   * @throws RangeError if an entry points outside host memory: a bug of the host's
   */
  walk(address: number, need: number): boolean {
    const { words, shifts, masks, wordShift, used, leaf } = this;
    let rights = ALL_RIGHTS;
    let table = this.isLatched ? this.latchedTable(address) : this.cr3;
    this.reads = 0;
    if (table === NO_TABLE) return this.fail(need, 0);
    for (let level = this.firstLevel; level <= leaf; level++) {
      const index = ((address >>> shifts[level]!) & masks[level]!) << wordShift;
      const at = (table >>> 2) + index;
      const entry = words[at]!;
      this.reads++;
      if ((entry & Flag.present) === 0) return this.fail(need, 0);
      const high = wordShift === 0 ? 0 : words[at + 1]!;
      rights &= entry | ~TABLE_RIGHTS;
      // NX is the sign of the high word.
      if (high < 0) rights &= ~Right.executable;
      used[level] = at;
      table = this.pageOf(entry, high, address);
    }
    if ((need & WITHHELD & ~rights) !== 0) return this.fail(need, PageFaultError.protection);
    this.frame = table;
    this.rights = rights | (this.markUsed(need) & (Right.dirty | Right.global));
    return true;
  }

  /** PAE: the table that the latched entry for an address points to, or NO_TABLE. */
  private latchedTable(address: number): number {
    const index = (address >>> this.shifts[0]!) << 1;
    const entry = this.latch[index]!;
    if ((entry & Flag.present) === 0) return NO_TABLE;
    return this.pageOf(entry, this.latch[index + 1]!, address);
  }

  /** Sets the accessed bits of the entries used, and the leaf's dirty bit for a store. */
  private markUsed(need: number): number {
    const { words, used, leaf } = this;
    for (let level = this.firstLevel; level < leaf; level++) words[used[level]!]! |= Flag.accessed;
    const at = used[leaf]!;
    const entry = words[at]! | Flag.accessed | (need & Right.dirty);
    words[at] = entry;
    return entry;
  }

  private fail(need: number, protection: number): false {
    let code = protection | (need & (PageFaultError.write | PageFaultError.user));
    // Told only where execution can be forbidden at all.
    if ((need & Right.executable) !== 0 && this.wordShift === 1) {
      code |= PageFaultError.instructionFetch;
    }
    this.errorCode = code;
    return false;
  }

  /** Host-physical address of the page or table that an entry points to, signed. */
  private pageOf(entry: number, high: number, address: number): number {
    if (entry >>> 12 >= this.frameCount || (high & HIGH_ADDRESS) !== 0) {
      throw this.outside(`entry for ${hex(address)}`, (high >>> 0) * 2 ** 32 + (entry >>> 0));
    }
    return entry & ~0xfff;
  }

  private outside(what: string, value: number): RangeError {
    return new RangeError(
      `page walk: ${what} is ${hex(value)}, outside the ${this.host.frameCount} frames of host memory`,
    );
  }
}
