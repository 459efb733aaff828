// SPDX-License-Identifier: GPL-2.0-or-later
import { PAGE_USE_BITS } from '../access-packets.js';
import { MODIFY } from '../lackey-tables.js';
import type { AccessesBlock } from './accesses-block.js';
import type { PackedPlace } from './packed-place.js';
import { PageOrder } from './page-order.js';
import { USES_OF_KIND } from './page-uses.js';
import type { PacketCursor } from './packet-cursor.js';

const PAGE_SHIFT = 12;
const PAGES_IN_REGION = 1024;

/**
 * Holds what a packet announces against its records: which pages they use, how, and in which order
 * for the last time, and how many accesses they are. A reader that executes packets takes their word
 * for the order and for fetches.
 */
export class PacketCheck {
  readonly #block: AccessesBlock;
  readonly #place: PackedPlace;
  readonly #used = new PageOrder();
  #accesses = 0;

  constructor(block: AccessesBlock, place: PackedPlace) {
    this.#block = block;
    this.#place = place;
  }

  /**
   * Goes on to the next record.
   * @throws TraceError if it was a packet's last, and the packet announces something else.
   */
  next(cursor: PacketCursor): void {
    const { packet } = cursor;
    cursor.next();
    const use = USES_OF_KIND[cursor.kind]!;
    const parts = cursor.here < cursor.size ? 2 : 1;
    this.#accesses += cursor.kind === MODIFY ? 2 * parts : parts;
    this.#used.touch(cursor.address >>> PAGE_SHIFT, use);
    if (cursor.here < cursor.size) {
      this.#checkSecond(cursor);
      this.#used.touch(cursor.second >>> PAGE_SHIFT, use);
    }
    if (cursor.packet !== packet) this.#checkPacket(packet);
  }

  #checkPacket(packet: number): void {
    const { columns, packets } = this.#block;
    const first = packets.firstPage[packet]!;
    const announced = columns.packetPages.subarray(first, packets.firstPage[packet + 1]);
    const { pages, uses } = this.#used;
    const accesses = this.#accesses;
    this.#accesses = 0;
    const isTrue =
      accesses === packets.accesses[packet] &&
      pages.length === announced.length &&
      pages.every((page, index) => {
        const entry = announced[index]!;
        return columns.pages[entry >>> PAGE_USE_BITS] === page && (entry & 7) === uses[index];
      });
    this.#used.clear();
    if (!isTrue) this.#place.fail('accesses as the packet announces them', 'others');
  }

  /** The second page of an access is the one behind the first, as traced. */
  #checkSecond({ address, second }: PacketCursor): void {
    const { regions } = this.#block;
    const traced = (page: number): number =>
      regions[page >>> 10]! * PAGES_IN_REGION + (page & (PAGES_IN_REGION - 1));
    if (traced(second >>> PAGE_SHIFT) === traced(address >>> PAGE_SHIFT) + 1) return;
    this.#place.fail('the page behind the first for the rest of an access', 'another');
  }
}
