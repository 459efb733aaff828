// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, hex, indexAt } from '@lguest-sim/x86';
import type { FlatMemory } from './flat-memory.js';

/** Accessed and dirty: host and CPU set them without a word to the guest. */
const MARKS = Flag.accessed | Flag.dirty;

const withoutMarks = (entry: number) => entry - (entry & MARKS);

/**
 * What a host with shadow tables would remember of a guest's tables: each leaf entry from its first
 * use on, until a hypercall tells of a change. So it finds out if the guest ever uses an entry that
 * it has changed without telling.
 */
export class EntryCache {
  kernelAddress = 0;
  /** By top level, then by virtual page number. */
  private readonly entries = new Map<number, Map<number, number>>();
  private readonly memory: FlatMemory;
  /** The direct map is made before the first use and never changes. */
  private readonly directBytes: number;
  /** The last SET_PTE for each address since the check before. */
  private told: { top: number; address: number; low: number }[] = [];

  constructor(memory: FlatMemory, pages: number) {
    this.memory = memory;
    this.directBytes = pages * 4096;
  }

  /** An access through the present tables. */
  use(address: number): void {
    const { cr3 } = this.memory;
    const inDirectMap =
      address >= this.kernelAddress && address < this.kernelAddress + this.directBytes;
    if (this.kernelAddress === 0 || inDirectMap) return;
    const entry = withoutMarks(this.memory.leafOf(cr3, address));
    const known = this.of(cr3).get(address >>> 12);
    if (known === undefined) this.of(cr3).set(address >>> 12, entry);
    else if (known !== entry) {
      throw new Error(`${hex(address)}: entry ${hex(entry)}, the host knows ${hex(known)}`);
    }
  }

  setPte([top, address, low, high]: number[]): void {
    if (high !== 0) throw new RangeError(`SET_PTE ${hex(address!)}: high word ${hex(high!)}`);
    this.told.push({ top: top!, address: address!, low: low! });
    const tops = address! >= this.kernelAddress ? [...this.entries.keys()] : [top!];
    for (const each of tops) {
      // A host has nothing to change where it has no table.
      const entries = this.of(each);
      if ((low! & Flag.present) === 0) entries.delete(address! >>> 12);
      else if (entries.has(address! >>> 12)) entries.set(address! >>> 12, withoutMarks(low!));
    }
  }

  setPgd(top: number, index: number): void {
    const level = this.memory.format.top;
    this.forget(top, (address) => indexAt(level, address) === index);
  }

  /** The host cannot tell which address that is. */
  setPmd(table: number, index: number): void {
    const entry = this.memory.read(table + 8 * index);
    if (entry !== 0 && (entry & 0xfff) !== 0x67) throw new Error(`middle entry ${hex(entry)}`);
    this.entries.clear();
  }

  flush(everything: boolean): void {
    if (everything) this.entries.clear();
    else this.forget(this.memory.cr3, (address) => address < this.kernelAddress);
  }

  /** After a drain, the tables hold what the last SET_PTE for an address said. */
  checkTold(): void {
    const last = new Map(this.told.map((each) => [`${each.top} ${each.address}`, each]));
    this.told = [];
    for (const { top, address, low } of last.values()) {
      const entry = this.memory.leafOf(top, address);
      if (low !== 0 && withoutMarks(entry) !== withoutMarks(low)) {
        throw new Error(`SET_PTE ${hex(address)}: says ${hex(low)}, table has ${hex(entry)}`);
      }
    }
  }

  private of(top: number): Map<number, number> {
    let entries = this.entries.get(top);
    if (entries === undefined) this.entries.set(top, (entries = new Map<number, number>()));
    return entries;
  }

  private forget(top: number, covered: (address: number) => boolean): void {
    const entries = this.of(top);
    for (const vpn of entries.keys()) if (covered(vpn * 4096)) entries.delete(vpn);
  }
}
