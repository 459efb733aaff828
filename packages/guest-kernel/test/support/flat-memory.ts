// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, PageFaultError, indexAt, type PagingFormat } from '@lguest-sim/x86';

/** What `translate` returns when the tables do not allow the access; see `errorCode`. */
export const NOT_MAPPED = -1;

/**
 * Memory and MMU of a bare machine: physical addresses are the guest's, and its own tables are
 * walked directly, with every access. No TLB, so that nothing stale can hide.
 */
export class FlatMemory {
  readonly format: PagingFormat;
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  paging = false;
  cr3 = 0;
  errorCode = 0;
  /** PAE: low words of the four top-level entries, as read when CR3 was loaded. */
  readonly latch = new Int32Array(4);

  constructor(format: PagingFormat, pages: number) {
    this.format = format;
    this.words = new Int32Array(pages * 1024);
    this.bytes = new Uint8Array(this.words.buffer);
  }

  loadCr3(gpa: number): void {
    this.cr3 = gpa;
    this.paging = true;
    if (this.format.entryBytes === 8) {
      for (let index = 0; index < 4; index++) this.latch[index] = this.read(gpa + 8 * index);
    }
  }

  /** A word at a physical address. */
  read(gpa: number): number {
    if (gpa % 4 !== 0 || gpa / 4 >= this.words.length) throw new RangeError(`no word at ${gpa}`);
    return this.words[gpa / 4]! >>> 0;
  }

  write(gpa: number, value: number): void {
    this.read(gpa);
    this.words[gpa / 4] = value;
  }

  /** Physical address, or NOT_MAPPED. Sets accessed and dirty bits as silicon does. */
  translate(vaddr: number, write: boolean, user: boolean): number {
    if (!this.paging) return vaddr;
    const { levels } = this.format;
    const visited: number[] = [];
    let table = this.cr3;
    let rights: number = Flag.writable | Flag.user;
    for (const level of levels) {
      const at = table + indexAt(level, vaddr) * this.format.entryBytes;
      const latched = levels.length === 3 && level === levels[0];
      const entry = latched ? this.latch[indexAt(level, vaddr)]! >>> 0 : this.read(at);
      if ((entry & Flag.present) === 0) return this.fault(0, write, user);
      if (level.hasRights) {
        rights &= entry;
        visited.push(at);
      }
      table = entry - (entry % 4096);
    }
    const needed = (write ? Flag.writable : 0) | (user ? Flag.user : 0);
    if ((rights & needed) !== needed) return this.fault(PageFaultError.protection, write, user);
    for (const at of visited) this.write(at, this.read(at) | Flag.accessed);
    const leaf = visited.at(-1)!;
    if (write) this.write(leaf, this.read(leaf) | Flag.dirty);
    return table + (vaddr % 4096);
  }

  /** The leaf entry's low word for an address under a given top level, or 0: for looking only. */
  leafOf(top: number, vaddr: number): number {
    let entry = top + 1;
    for (const level of this.format.levels) {
      if ((entry & Flag.present) === 0) return 0;
      const table = entry - (entry % 4096);
      entry = this.read(table + indexAt(level, vaddr) * this.format.entryBytes);
    }
    return entry;
  }

  private fault(code: number, write: boolean, user: boolean): number {
    this.errorCode = code | (write ? PageFaultError.write : 0) | (user ? PageFaultError.user : 0);
    return NOT_MAPPED;
  }
}
