// SPDX-License-Identifier: GPL-2.0-or-later
import { PAGE_MASK } from '@lguest-sim/x86';
import { FAULT } from './mmu.js';
import type { Mmu } from './mmu.js';
import { Need } from './rights.js';

/**
 * Pushes and pops of the CPU itself on the stack of a guest kernel, as supervisor. All words of a
 * push or pop are translated before the first is moved, so one that faults has changed nothing and
 * can be retried. The guest chooses the stack: it may be unaligned, cross a page or wrap around.
 */
export class GuestStack {
  private readonly mmu: Mmu;
  private low = 0;
  private high = 0;

  constructor(mmu: Mmu) {
    this.mmu = mmu;
  }

  /**
   * Writes `count` words, the first at address `bottom`.
   * @returns false on a page fault
   */
  push(bottom: number, values: Int32Array, count: number): boolean {
    if (!this.translate(bottom, count, Need.store)) return false;
    const { words } = this.mmu.host;
    for (let i = 0; i < count; i++) {
      const at = bottom + 4 * i;
      if ((at & 3) === 0) words[this.physical(bottom, at) >>> 2] = values[i]!;
      else this.writeBytes(bottom, at, values[i]!);
    }
    return true;
  }

  /**
   * Reads `count` words into `values`, the first from address `bottom`.
   * @returns false on a page fault
   */
  pop(bottom: number, values: Int32Array, count: number): boolean {
    if (!this.translate(bottom, count, Need.load)) return false;
    const { words } = this.mmu.host;
    for (let i = 0; i < count; i++) {
      const at = bottom + 4 * i;
      if ((at & 3) === 0) values[i] = words[this.physical(bottom, at) >>> 2]!;
      else values[i] = this.readBytes(bottom, at);
    }
    return true;
  }

  /** Finds the page of the first word, and that of the last if it is another. */
  private translate(bottom: number, count: number, need: number): boolean {
    const last = bottom + 4 * count - 1;
    this.low = this.access(bottom, need);
    if (this.low === FAULT) return false;
    const onePage = ((bottom ^ last) & PAGE_MASK) === 0;
    this.high = onePage ? this.low : this.access(last & PAGE_MASK, need);
    return this.high !== FAULT;
  }

  private access(address: number, need: number): number {
    const page = this.mmu.access(address, need);
    if (page !== FAULT) this.mmu.counters.hardwareAccesses++;
    return page;
  }

  private physical(bottom: number, at: number): number {
    const page = ((bottom ^ at) & PAGE_MASK) === 0 ? this.low : this.high;
    return page | (at & ~PAGE_MASK);
  }

  private writeBytes(bottom: number, at: number, value: number): void {
    const { bytes } = this.mmu.host;
    for (let k = 0; k < 4; k++) bytes[this.physical(bottom, at + k) >>> 0] = value >>> (8 * k);
  }

  private readBytes(bottom: number, at: number): number {
    const { bytes } = this.mmu.host;
    let value = 0;
    for (let k = 0; k < 4; k++) value |= bytes[this.physical(bottom, at + k) >>> 0]! << (8 * k);
    return value;
  }
}
