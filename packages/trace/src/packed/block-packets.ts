// SPDX-License-Identifier: GPL-2.0-or-later
import type { AccessBatch } from '../access-batch.js';
import type { PacketContents } from '../access-packets.js';
import { MODIFY_BIT, PAGE_USE_BITS } from '../access-packets.js';
import { writeRecord } from '../batch-records.js';
import { MODIFY } from '../lackey-tables.js';
import type { AccessesBlock } from './accesses-block.js';
import { PART_DATA_BITS } from './columns.js';
import { grown } from './grown.js';
import { KIND_SHIFT, OP_INFO } from './op-codes.js';
import type { PackedPlace } from './packed-place.js';
import { PacketCursor } from './packet-cursor.js';
import { PacketWriter } from './packet-writer.js';
import { NOT_PLACED } from './region-places.js';
import type { RegionPlaces } from './region-places.js';

const REGION_SHIFT = 10;
const PAGE_SHIFT = 12;
const IN_PAGE = 0xfff;

/** By op: what a packet's contents tell of it. */
const INFOS: Uint16Array = OP_INFO.map((info, op) =>
  op >>> KIND_SHIFT === MODIFY ? info | MODIFY_BIT : info,
);

/** The packets of the block at hand, with addresses in the guest. */
export class BlockPackets implements PacketContents {
  firstPage: Int32Array = new Int32Array(0);
  pages: Uint16Array = new Uint16Array(0);
  firstData: Int32Array = new Int32Array(0);
  firstPlace: Int32Array = new Int32Array(0);
  ops: Uint8Array = new Uint8Array(0);
  places: Uint16Array = new Uint16Array(0);
  accesses: Uint16Array = new Uint16Array(0);
  continued: Uint8Array = new Uint8Array(0);
  modifies: Uint8Array = new Uint8Array(0);
  readonly infos = INFOS;
  pageAddresses: Int32Array = new Int32Array(0);
  readonly #messages: PackedPlace;
  readonly #block: AccessesBlock;
  readonly #regions: RegionPlaces;
  readonly #cursor: PacketCursor;
  readonly #writer: PacketWriter;
  #allPlaced = false;

  /** @param messages where errors are said to be. */
  constructor(block: AccessesBlock, regions: RegionPlaces, messages: PackedPlace) {
    this.#messages = messages;
    this.#block = block;
    this.#regions = regions;
    this.#cursor = new PacketCursor(block, messages);
    this.#writer = new PacketWriter(block, regions);
  }

  /** Goes on to the block that has begun. */
  begin(): void {
    const { columns, packets, regions } = this.#block;
    this.firstPage = packets.firstPage;
    this.firstData = packets.firstData;
    this.firstPlace = packets.firstPlace;
    this.accesses = packets.accesses;
    this.continued = columns.continuedCounts;
    this.modifies = columns.modifyCounts;
    this.pages = columns.packetPages;
    this.ops = columns.ops;
    this.places = columns.places;
    this.pageAddresses = grown(this.pageAddresses, columns.pages.length);
    this.#allPlaced = this.#regions.begin(regions);
    for (const [number, page] of columns.pages.entries()) this.#placePage(number, page);
  }

  isOdd(packet: number): boolean {
    return this.#block.packets.isOdd(packet);
  }

  /**
   * Gives the regions that a packet uses their places, in the order in which its records use them.
   * @param before records of the block before it.
   * @throws TraceError if there is none left.
   */
  place(packet: number, before: number): void {
    if (this.#allPlaced || this.#isPlaced(packet)) return;
    const cursor = this.#cursor;
    cursor.goTo(packet);
    for (let record = before + 1; cursor.packet === packet; record++) {
      this.#messages.record = record;
      cursor.next();
      this.#regions.guest(cursor.address);
      if (cursor.here < cursor.size) this.#regions.guest(cursor.second);
    }
    this.#messages.record = undefined;
    const { columns, packets } = this.#block;
    for (let at = packets.firstPage[packet]!; at < packets.firstPage[packet + 1]!; at++) {
      const number = columns.packetPages[at]! >>> PAGE_USE_BITS;
      this.#placePage(number, columns.pages[number]!);
    }
  }

  write(packet: number, batch: AccessBatch, at: number): number {
    const behind = this.isOdd(packet)
      ? this.#writeOdd(packet, batch, at)
      : this.#writer.write(packet, this.pageAddresses, batch, at);
    if (behind !== at + this.accesses[packet]!) this.refuse();
    return behind;
  }

  refuse(): never {
    this.#messages.record = undefined;
    return this.#messages.fail('records as their packet announces them', 'others');
  }

  lastFetch(packet: number): number {
    const { columns, packets, stretches } = this.#block;
    for (let use = packets.firstUse[packet + 1]! - 1; use >= packets.firstUse[packet]!; use--) {
      const stretch = columns.uses[use]!;
      if (stretches.fetches[stretch] !== 0) return this.#regions.guest(this.#lastOf(stretch));
    }
    return -1;
  }

  /** Address of the last fetch of a stretch, or of its second part. */
  #lastOf(stretch: number): number {
    const { columns, stretches } = this.#block;
    let address = columns.stretchStarts[stretch]! | 0;
    let last = address;
    for (let at = stretches.firstPart[stretch]!; at < stretches.firstPart[stretch + 1]!; at++) {
      const size = columns.parts[at]! >>> PART_DATA_BITS;
      if (size === 0) continue;
      const crosses = (address & IN_PAGE) + size > IN_PAGE + 1;
      last = crosses ? (address | IN_PAGE) + 1 : address;
      address += size;
    }
    return last;
  }

  #writeOdd(packet: number, batch: AccessBatch, at: number): number {
    const cursor = this.#cursor;
    cursor.goTo(packet);
    cursor.next();
    const { kind, size, here } = cursor;
    const second = here < size ? this.#regions.guest(cursor.second) : 0;
    return writeRecord(batch, at, kind, size, this.#regions.guest(cursor.address), here, second);
  }

  #isPlaced(packet: number): boolean {
    const { columns, packets } = this.#block;
    for (let at = packets.firstPage[packet]!; at < packets.firstPage[packet + 1]!; at++) {
      const number = columns.packetPages[at]! >>> PAGE_USE_BITS;
      if (this.pageAddresses[number] === NOT_PLACED) return false;
    }
    return true;
  }

  #placePage(number: number, page: number): void {
    const base = this.#regions.known(page >>> REGION_SHIFT);
    this.pageAddresses[number] =
      base === NOT_PLACED ? base : base | ((page << PAGE_SHIFT) & 0x3fffff);
  }
}
