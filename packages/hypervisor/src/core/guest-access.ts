// SPDX-License-Identifier: GPL-2.0-or-later
import { hex, type GuestPhysical } from '@lguest-sim/x86';
import type { RunLoopDefects } from './fidelity.js';
import type { GuestHost } from './guest-host.js';
import type { GuestMemory } from './interfaces.js';

/** What `dataWord` returns when the word cannot be read (words are unsigned). */
export const UNREADABLE = -1;

/**
 * The run loop's reads and writes of guest memory, in the original's two kinds: by guest-physical
 * address, where a failure kills the guest (`lgread`, `lgwrite`), and into `struct lguest_data`,
 * where the caller decides (`get_user`, `put_user`). Addresses need not be aligned: a guest may
 * choose any stack pointer.
 */
export class GuestAccess {
  private readonly memory: GuestMemory;
  private readonly guest: GuestHost;
  private readonly defects: RunLoopDefects;

  constructor(memory: GuestMemory, guest: GuestHost, defects: RunLoopDefects) {
    this.memory = memory;
    this.guest = guest;
    this.defects = defects;
  }

  /** Whether an address range lies in guest memory (`lguest_address_ok`). */
  inGuest(gpa: GuestPhysical, bytes: number): boolean {
    const end = gpa + bytes;
    const limit = this.guest.pages * 4096;
    // R17: pages below the limit are counted, and the end is already on the next page.
    return this.defects.refusesLastByte ? end < limit : end <= limit;
  }

  /** Writes a word to guest memory; kills the guest with `bad write address` if it cannot. */
  writeWord(gpa: GuestPhysical, value: number): void {
    const allowed = this.inGuest(gpa, 4) && this.memory.writable(gpa, 4);
    if (!allowed || !this.store(gpa, value)) {
      this.guest.kill(`bad write address ${hex(gpa)} len 4`);
    }
  }

  /**
   * Reads bytes of guest memory into the whole of `target`; kills the guest with `bad read address`
   * if it cannot, and then they are all zero.
   */
  readBytes(gpa: GuestPhysical, target: Uint8Array): void {
    if (!this.inGuest(gpa, target.length) || !this.memory.readable(gpa, target.length)) {
      target.fill(0);
      this.guest.kill(`bad read address ${hex(gpa)} len ${target.length}`);
      return;
    }
    this.copy(gpa, target);
  }

  /** The word at a byte offset of `struct lguest_data`, unsigned, or `UNREADABLE`. */
  dataWord(offset: number): number {
    const { dataAddress, hasData } = this.guest;
    if (!hasData || !this.memory.readable(dataAddress + offset, 4)) return UNREADABLE;
    return this.load(dataAddress + offset);
  }

  /** Writes that word; false if it cannot be written. */
  setDataWord(offset: number, value: number): boolean {
    const { dataAddress, hasData } = this.guest;
    if (!hasData || !this.memory.writable(dataAddress + offset, 4)) return false;
    return this.store(dataAddress + offset, value);
  }

  /** Writes one byte of `struct lguest_data`; false if it cannot be written. */
  setDataByte(offset: number, value: number): boolean {
    const { dataAddress, hasData } = this.guest;
    if (!hasData || !this.memory.writable(dataAddress + offset, 1)) return false;
    return this.storeByte(dataAddress + offset, value);
  }

  /** Whether bytes at an offset of `struct lguest_data` can be read. */
  dataReadable(offset: number, bytes: number): boolean {
    return this.guest.hasData && this.memory.readable(this.guest.dataAddress + offset, bytes);
  }

  /** One byte at an offset of `struct lguest_data` that can be read. */
  dataByte(offset: number): number {
    return this.loadByte(this.guest.dataAddress + offset);
  }

  /** Copies words from an offset of `struct lguest_data` that can be read, into the whole of `target`. */
  copyDataWords(offset: number, target: Int32Array): void {
    const gpa = this.guest.dataAddress + offset;
    for (let index = 0; index < target.length; index++) target[index] = this.load(gpa + 4 * index);
  }

  private copy(gpa: number, target: Uint8Array): void {
    const words = (gpa & 3) === 0 ? target.length & ~3 : 0;
    for (let i = 0; i < words; i += 4) {
      const word = this.memory.readWord(gpa + i);
      target[i] = word;
      target[i + 1] = word >>> 8;
      target[i + 2] = word >>> 16;
      target[i + 3] = word >>> 24;
    }
    for (let i = words; i < target.length; i++) target[i] = this.loadByte(gpa + i);
  }

  private load(gpa: number): number {
    if ((gpa & 3) === 0) return this.memory.readWord(gpa);
    let word = 0;
    for (let i = 0; i < 4; i++) word |= this.loadByte(gpa + i) << (8 * i);
    return word >>> 0;
  }

  private store(gpa: number, value: number): boolean {
    if ((gpa & 3) === 0) return this.memory.writeWord(gpa, value >>> 0) !== false;
    for (let i = 0; i < 4; i++) {
      if (!this.storeByte(gpa + i, (value >>> (8 * i)) & 0xff)) return false;
    }
    return true;
  }

  private loadByte(gpa: number): number {
    const shift = (gpa & 3) * 8;
    return (this.memory.readWord(gpa - (gpa & 3)) >>> shift) & 0xff;
  }

  private storeByte(gpa: number, value: number): boolean {
    const shift = (gpa & 3) * 8;
    const aligned = gpa - (gpa & 3);
    const rest = this.memory.readWord(aligned) & ~(0xff << shift);
    return this.memory.writeWord(aligned, (rest | (value << shift)) >>> 0) !== false;
  }
}
