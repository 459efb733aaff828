// SPDX-License-Identifier: GPL-2.0-or-later
import { MAX_PACKET_ACCESSES, MAX_PACKET_PAGES } from './format.js';
import type { OpenStretch } from './open-stretch.js';

const PAGE_SHIFT = 12;
const IN_PAGE = 0xfff;

/** Puts a packet together. */
export class OpenPacket {
  readonly stretches: number[] = [];
  readonly ops: number[] = [];
  /** Fetches, and those among them that lie in two pages. */
  fetches = 0;
  continued = 0;
  #accesses = 0;
  readonly #addresses: number[] = [];
  /** By page: how it is used; in the order of its last use. */
  readonly #uses = new Map<number, number>();

  get isEmpty(): boolean {
    return this.stretches.length === 0;
  }

  /** The pages, with how each is used, in the order of their last use. */
  get pages(): readonly (readonly [page: number, use: number])[] {
    return [...this.#uses];
  }

  /** Of each data record: page of the packet, and offset. */
  get places(): number[] {
    const order = new Map([...this.#uses.keys()].map((page, index) => [page, index]));
    return this.#addresses.map(
      (address) => (order.get(address >>> PAGE_SHIFT)! << PAGE_SHIFT) | (address & IN_PAGE),
    );
  }

  clear(): void {
    this.stretches.length = 0;
    this.ops.length = 0;
    this.fetches = 0;
    this.continued = 0;
    this.#accesses = 0;
    this.#addresses.length = 0;
    this.#uses.clear();
  }

  /** Whether there is room for a stretch. */
  takes({ accesses, touches }: OpenStretch): boolean {
    if (this.#accesses + accesses > MAX_PACKET_ACCESSES) return false;
    const pages = new Set(this.#uses.keys());
    for (const { page } of touches) pages.add(page);
    return pages.size <= MAX_PACKET_PAGES;
  }

  add(stretch: OpenStretch, number: number): void {
    this.stretches.push(number);
    this.ops.push(...stretch.ops);
    this.fetches += stretch.fetches;
    this.continued += stretch.continued;
    this.#accesses += stretch.accesses;
    this.#addresses.push(...stretch.addresses);
    for (const { page, use } of stretch.touches) this.#touch(page, use);
  }

  /** Moves a page to the end of the order. */
  #touch(page: number, use: number): void {
    const before = this.#uses.get(page) ?? 0;
    this.#uses.delete(page);
    this.#uses.set(page, before | use);
  }
}
