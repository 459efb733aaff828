// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, PageFaultError, hex } from '@lguest-sim/x86';
import type { HostMemory, PagingFormat } from '@lguest-sim/x86';
import { Right, WITHHELD } from './rights.js';

// An imported constant is looked up at each use; one of the file's own costs nothing.
const PRESENT = Flag.present;
const ACCESSED = Flag.accessed;
const DIRTY = Flag.dirty;
const EXECUTABLE = Right.executable;
const WITHHELD_RIGHTS = WITHHELD;
const PROTECTION = PageFaultError.protection;
/** Rights of a translation but those that its entries have to grant, writable and user. */
const NO_TABLE_RIGHTS = Right.present | Right.executable;
const TABLE_RIGHTS = Flag.writable | Flag.user;
/** What a tag keeps of the leaf besides. */
const KEPT_OF_LEAF = Right.dirty | Right.global;
/** No address of a table: those are multiples of 4096. */
const NO_TABLE = -1;
/** Each of the four latched entries stands for a gibibyte; it has two words. */
const LATCHED_SHIFT = 30;
/** Address bits 36 to 62 of a PAE entry's high word: none of them is in host memory's 4 GiB. */
const HIGH_ADDRESS = 0x7fffffff;

/**
 * The hardware page walker: reads the table bytes in host memory, checks the rights over all levels,
 * and sets accessed and dirty bits.
 *
 *     CR3 --> top entry --> [middle entry, PAE] --> leaf entry --> page
 *             (PAE: one of four latched at the CR3 load)
 *
 * Both formats take this one path: a walk reads two entries, of a directory and of a table of leaves.
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
  /** Whether the top level is latched at the CR3 load (PAE) or read by each walk. Its entries then carry no rights. */
  readonly isLatched: boolean;
  /** Where an entry is in its table, in words: the address, shifted and masked. */
  private readonly directoryShift: number;
  private readonly directoryMask: number;
  private readonly leafShift: number;
  private readonly leafMask: number;
  /** Address bits of CR3. */
  private readonly cr3Mask: number;

  constructor(host: HostMemory, format: PagingFormat) {
    this.host = host;
    this.words = host.words;
    this.frameCount = host.frameCount;
    this.wordShift = format.entryWordShift;
    this.isLatched = !format.top.hasRights;
    const directory = format.middle ?? format.top;
    // Shifted by that much less, an index comes out multiplied by the words in an entry.
    this.directoryShift = directory.shift - format.entryWordShift;
    this.directoryMask = (directory.entries - 1) << format.entryWordShift;
    this.leafShift = format.leaf.shift - format.entryWordShift;
    this.leafMask = (format.leaf.entries - 1) << format.entryWordShift;
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
    const { words, wordShift } = this;
    const table = this.isLatched ? this.latchedTable(address) : this.cr3;
    this.reads = 0;
    if (table === NO_TABLE) return this.fail(need, 0);
    const directoryAt = (table >>> 2) + ((address >>> this.directoryShift) & this.directoryMask);
    const directory = words[directoryAt]!;
    this.reads = 1;
    if ((directory & PRESENT) === 0) return this.fail(need, 0);
    const directoryHigh = wordShift === 0 ? 0 : words[directoryAt + 1]!;
    const leaves = this.pageOf(directory, directoryHigh, address);
    const leafAt = (leaves >>> 2) + ((address >>> this.leafShift) & this.leafMask);
    const leaf = words[leafAt]!;
    this.reads = 2;
    if ((leaf & PRESENT) === 0) return this.fail(need, 0);
    const leafHigh = wordShift === 0 ? 0 : words[leafAt + 1]!;
    const page = this.pageOf(leaf, leafHigh, address);
    let rights = NO_TABLE_RIGHTS | (directory & leaf & TABLE_RIGHTS);
    // NX is the sign of the high word.
    if ((directoryHigh | leafHigh) < 0) rights &= ~EXECUTABLE;
    if ((need & WITHHELD_RIGHTS & ~rights) !== 0) return this.fail(need, PROTECTION);
    // Accessed in both, and for a store dirty in the leaf.
    words[directoryAt] = directory | ACCESSED;
    const used = leaf | ACCESSED | (need & DIRTY);
    words[leafAt] = used;
    this.frame = page;
    this.rights = rights | (used & KEPT_OF_LEAF);
    return true;
  }

  /** PAE: the table that the latched entry for an address points to, or NO_TABLE. */
  private latchedTable(address: number): number {
    const index = (address >>> LATCHED_SHIFT) << 1;
    const entry = this.latch[index]!;
    if ((entry & PRESENT) === 0) return NO_TABLE;
    return this.pageOf(entry, this.latch[index + 1]!, address);
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
