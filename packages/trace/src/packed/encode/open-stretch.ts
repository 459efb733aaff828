// SPDX-License-Identifier: GPL-2.0-or-later
import { PageUse } from '../../access-packets.js';
import { AccessKind } from '../../access-batch.js';
import { MODIFY } from '../../lackey-tables.js';
import { MAX_PART_DATA, PART_DATA_BITS } from '../columns.js';
import { MAX_PACKET_PAGES } from '../format.js';
import { opOf } from '../op-codes.js';
import { PageOrder } from '../page-order.js';
import { USES_OF_KIND } from '../page-uses.js';

const PAGE_SHIFT = 12;
const REGION_SHIFT = 22;
const IN_PAGE = 0xfff;
/** No address: those of a block have a region below 1,023. */
const NO_FETCH = -1;

/** A longer stretch would rarely be taken again as a whole. */
const MAX_PARTS = 32;
const MAX_ACCESSES = 48;

/** Puts a stretch together, with the data records that come with it this time. */
export class OpenStretch {
  /** Of its first fetch; 0 if it has none. */
  start = 0;
  accesses = 0;
  /** Fetches, and those among them that lie in two pages. */
  fetches = 0;
  continued = 0;
  readonly parts: number[] = [];
  readonly ops: number[] = [];
  /** Addresses of the data records. */
  readonly addresses: number[] = [];
  readonly pages = new PageOrder();
  #next = NO_FETCH;

  get isEmpty(): boolean {
    return this.parts.length === 0;
  }

  /** What makes it the same as another. */
  get key(): string {
    return `${this.start} ${this.parts.join(' ')}`;
  }

  clear(): void {
    this.start = 0;
    this.accesses = 0;
    this.fetches = 0;
    this.continued = 0;
    this.parts.length = 0;
    this.ops.length = 0;
    this.addresses.length = 0;
    this.pages.clear();
    this.#next = NO_FETCH;
  }

  /** Adds a fetch; returns false, and does nothing, if it does not follow on those before. */
  addFetch(address: number, size: number): boolean {
    const first = address >>> PAGE_SHIFT;
    const last = (address + size - 1) >>> PAGE_SHIFT;
    const follows = this.isEmpty || address === this.#next;
    if (!follows || !this.#takes(first, last, 2)) return false;
    if (this.isEmpty) this.start = address;
    this.parts.push(size << PART_DATA_BITS);
    this.#touch(first, PageUse.fetch);
    this.fetches++;
    if (last !== first) {
      this.#touch(last, PageUse.fetch);
      this.continued++;
    }
    const next = address + size;
    // What follows in another region lies elsewhere in the guest.
    this.#next = (next ^ address) >>> REGION_SHIFT === 0 ? next : NO_FETCH;
    return true;
  }

  /** Adds a record that lies in one page; returns false, and does nothing, if there is no room. */
  addData(kind: number, address: number, size: number): boolean {
    const page = address >>> PAGE_SHIFT;
    if (!this.#takes(page, page, kind === MODIFY ? 2 : 1)) return false;
    const last = this.parts.length - 1;
    if (last < 0 || (this.parts[last]! & MAX_PART_DATA) === MAX_PART_DATA) this.parts.push(1);
    else this.parts[last]!++;
    this.ops.push(opOf(kind, size));
    this.addresses.push(address);
    this.#touch(page, USES_OF_KIND[kind]!);
    if (kind === MODIFY) this.accesses++;
    return true;
  }

  #takes(first: number, last: number, accesses: number): boolean {
    if (this.parts.length >= MAX_PARTS || this.accesses + accesses > MAX_ACCESSES) return false;
    const { pages } = this;
    const more = (pages.has(first) ? 0 : 1) + (first === last || pages.has(last) ? 0 : 1);
    return pages.size + more <= MAX_PACKET_PAGES;
  }

  #touch(page: number, use: number): void {
    this.accesses++;
    this.pages.touch(page, use);
  }
}

/** Whether a record cannot be part of a stretch. */
export function isOddRecord(kind: number, address: number, size: number): boolean {
  const crosses = (address & IN_PAGE) + size > IN_PAGE + 1;
  if (kind !== AccessKind.fetch) return crosses || opOf(kind, size) === opOf(kind, 0);
  // The second part of a fetch has to be in the same region as the first.
  return crosses && (address & 0x3fffff) + size > 0x400000;
}
