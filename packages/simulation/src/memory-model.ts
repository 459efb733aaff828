// SPDX-License-Identifier: GPL-2.0-or-later
import type { ProcessOperation } from '@lguest-sim/trace';
import { PAGE_SHIFT, PAGE_SIZE, type GuestVirtual } from '@lguest-sim/x86';

/** What one process's memory holds, as plain data. */
export interface MemoryModelSnapshot {
  /** 0 while nobody knows it. */
  readonly programBreak: GuestVirtual;
  /** Virtual page number and content of each page that was written to. */
  readonly pages: readonly (readonly [vpn: number, bytes: Uint8Array])[];
}

/**
 * What the memory of one process has to hold, known from its stores and system calls alone: no
 * frames, no tables, no kernel. A byte that it never stored reads 0, and again does so when its page
 * was taken away.
 */
export class MemoryModel {
  private readonly kernelAddress: GuestVirtual;
  private readonly pages = new Map<number, Uint8Array>();
  private programBreak = 0;

  /** @param kernelAddress what lies from there on belongs to no process */
  constructor(kernelAddress: GuestVirtual) {
    this.kernelAddress = kernelAddress;
  }

  /** Writes a token: byte k of the part becomes the token's byte k modulo 4. */
  store(address: GuestVirtual, size: number, token: number): void {
    const page = this.pageFor(address >>> PAGE_SHIFT);
    const start = address % PAGE_SIZE;
    for (let k = 0; k < size; k++) page[start + k] = token >>> (8 * (k % 4));
  }

  /** The byte that a load has to find. */
  byte(address: GuestVirtual): number {
    return this.pages.get(address >>> PAGE_SHIFT)?.[address % PAGE_SIZE] ?? 0;
  }

  /** Whether the bytes of a part of one page are those at `at` in `bytes`. */
  holds(address: GuestVirtual, size: number, bytes: Uint8Array, at: number): boolean {
    const page = this.pages.get(address >>> PAGE_SHIFT);
    const start = address % PAGE_SIZE;
    for (let k = 0; k < size; k++) {
      if ((page === undefined ? 0 : page[start + k]!) !== bytes[at + k]!) return false;
    }
    return true;
  }

  /** What a system call does to memory. A change of rights leaves the contents alone. */
  apply(operation: ProcessOperation): void {
    switch (operation.kind) {
      case 'brk':
        return this.moveBreak(operation.end);
      case 'map':
      case 'unmap':
        return this.forget(operation.start, operation.start + operation.bytes);
      case 'exec':
        this.pages.clear();
        this.programBreak = 0;
        return;
      default:
    }
  }

  /** A copy for a child. */
  fork(): MemoryModel {
    const child = new MemoryModel(this.kernelAddress);
    child.restore(this.snapshot());
    return child;
  }

  snapshot(): MemoryModelSnapshot {
    const pages = [...this.pages].map(([vpn, bytes]) => [vpn, bytes.slice()] as const);
    return { programBreak: this.programBreak, pages };
  }

  restore({ programBreak, pages }: MemoryModelSnapshot): void {
    this.programBreak = programBreak;
    this.pages.clear();
    for (const [vpn, bytes] of pages) this.pages.set(vpn, bytes.slice());
  }

  private pageFor(vpn: number): Uint8Array {
    const known = this.pages.get(vpn);
    if (known !== undefined) return known;
    const page = new Uint8Array(PAGE_SIZE);
    this.pages.set(vpn, page);
    return page;
  }

  /** The heap loses what lies beyond its new end; of an end that nobody knew, nothing is known. */
  private moveBreak(end: GuestVirtual): void {
    const before = this.programBreak;
    this.programBreak = end;
    if (before > end) this.forget(roundUp(end), before);
  }

  /** Every page with a byte in the range becomes one that was never written to. */
  private forget(start: GuestVirtual, end: GuestVirtual): void {
    const first = Math.floor(start / PAGE_SIZE);
    const beyond = Math.ceil(Math.min(end, this.kernelAddress) / PAGE_SIZE);
    if (beyond - first < this.pages.size) {
      for (let vpn = first; vpn < beyond; vpn++) this.pages.delete(vpn);
      return;
    }
    for (const vpn of [...this.pages.keys()]) {
      if (first <= vpn && vpn < beyond) this.pages.delete(vpn);
    }
  }
}

function roundUp(address: GuestVirtual): GuestVirtual {
  return Math.ceil(address / PAGE_SIZE) * PAGE_SIZE;
}
