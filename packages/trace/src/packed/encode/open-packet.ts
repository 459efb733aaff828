// SPDX-License-Identifier: GPL-2.0-or-later
import { MAX_PACKET_ACCESSES, MAX_PACKET_PAGES } from '../format.js';
import type { OpenStretch } from './open-stretch.js';
import { PageOrder } from '../page-order.js';

const PAGE_SHIFT = 12;
const IN_PAGE = 0xfff;

/** Puts a packet together. */
export class OpenPacket {
  readonly stretches: number[] = [];
  readonly ops: number[] = [];
  readonly pages = new PageOrder();
  /** Fetches, and those among them that lie in two pages. */
  fetches = 0;
  continued = 0;
  #accesses = 0;
  readonly #addresses: number[] = [];

  get isEmpty(): boolean {
    return this.stretches.length === 0;
  }

  /** Of each data record: page of the packet, and offset. */
  get places(): number[] {
    const { pages } = this.pages;
    return this.#addresses.map(
      (address) => (pages.indexOf(address >>> PAGE_SHIFT) << PAGE_SHIFT) | (address & IN_PAGE),
    );
  }

  clear(): void {
    this.stretches.length = 0;
    this.ops.length = 0;
    this.pages.clear();
    this.fetches = 0;
    this.continued = 0;
    this.#accesses = 0;
    this.#addresses.length = 0;
  }

  /** Whether there is room for a stretch. */
  takes({ accesses, pages }: OpenStretch): boolean {
    if (this.#accesses + accesses > MAX_PACKET_ACCESSES) return false;
    let size = this.pages.size;
    for (const page of pages.pages) if (!this.pages.has(page)) size++;
    return size <= MAX_PACKET_PAGES;
  }

  add(stretch: OpenStretch, number: number): void {
    this.stretches.push(number);
    for (const op of stretch.ops) this.ops.push(op);
    for (const address of stretch.addresses) this.#addresses.push(address);
    this.pages.touchAll(stretch.pages);
    this.fetches += stretch.fetches;
    this.continued += stretch.continued;
    this.#accesses += stretch.accesses;
  }
}
