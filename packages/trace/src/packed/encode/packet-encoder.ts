// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessKind } from '../../access-batch.js';
import { PAGE_USE_BITS } from '../../access-packets.js';
import { MODIFY } from '../../lackey-tables.js';
import type { ColumnNumbers, Columns } from '../columns.js';
import { MAX_PAGES, MAX_RECORDS, MAX_REGIONS } from '../format.js';
import { Numbering } from './numbering.js';
import { KIND_SHIFT, oddOp } from '../op-codes.js';
import { OpenPacket } from './open-packet.js';
import { OpenStretch, isOddRecord } from './open-stretch.js';
import { USES_OF_KIND } from '../page-uses.js';

const REGION_SHIFT = 22;
const PAGE_SHIFT = 12;
const OFFSET_MASK = 0x3fffff;
const REGIONS_IN_32_BITS = 1024;

type Growing = { readonly [Name in keyof Columns]: number[] };

/** Makes packets of the records of one block, and then of the next. */
export class PacketEncoder {
  /** Records since `clear`. */
  records = 0;
  readonly #regions = new Numbering<number>();
  readonly #pages = new Numbering<number>();
  readonly #stretches = new Numbering<string>();
  readonly #columns: Growing = {
    pages: [],
    stretchStarts: [],
    parts: [],
    packetPages: [],
    uses: [],
    places: [],
    stretchParts: [],
    pageCounts: [],
    useCounts: [],
    fetchCounts: [],
    continuedCounts: [],
    dataCounts: [],
    modifyCounts: [],
    ops: [],
  };
  readonly #stretch = new OpenStretch();
  readonly #packet = new OpenPacket();

  /** Region numbers (address / 4 MiB) in the order of first use. */
  get regions(): readonly number[] {
    return this.#regions.keys;
  }

  /** What the records come to; nothing may be added before `clear`. */
  get columns(): ColumnNumbers {
    this.cut();
    this.#columns.pages.push(...this.#pages.keys);
    return this.#columns;
  }

  /** Starts a block, which knows nothing of the one before. */
  clear(): void {
    this.records = 0;
    this.#regions.clear();
    this.#pages.clear();
    this.#stretches.clear();
    for (const column of Object.values(this.#columns)) column.length = 0;
  }

  /** Ends the packet: something stands between the records before and those that follow. */
  cut(): void {
    this.#endStretch();
    this.#endPacket();
  }

  /**
   * Adds a record.
   *
   * @param kind AccessKind or MODIFY.
   * @param high bits 32 to 63 of the traced address, unsigned.
   * @param low its bits 0 to 31, unsigned.
   * @param size 1 to 4096.
   * @returns false, and nothing is done, if the block has no room for it.
   */
  add(kind: number, high: number, low: number, size: number): boolean {
    const region = high * REGIONS_IN_32_BITS + (low >>> REGION_SHIFT);
    const offset = low & OFFSET_MASK;
    const regions = offset + size > OFFSET_MASK + 1 ? [region, region + 1] : [region];
    if (!this.#hasRoom(regions)) return false;
    const address = ((this.#regions.numberOf(region) << REGION_SHIFT) | offset) >>> 0;
    this.records++;
    if (isOddRecord(kind, address, size)) this.#addOdd(kind, address, size, regions);
    else if (kind === AccessKind.fetch) this.#addFetch(address, size);
    else this.#addData(kind, address, size);
    return true;
  }

  /** Whether a record fits that uses these regions, and at most two pages. */
  #hasRoom(regions: readonly number[]): boolean {
    const open = this.#stretch.pages.size + this.#packet.pages.size;
    let named = this.#regions.size;
    for (const region of regions) if (!this.#regions.has(region)) named++;
    return (
      this.records < MAX_RECORDS && named <= MAX_REGIONS && this.#pages.size + open + 2 <= MAX_PAGES
    );
  }

  #addFetch(address: number, size: number): void {
    if (this.#stretch.addFetch(address, size)) return;
    this.#endStretch();
    this.#stretch.addFetch(address, size);
  }

  #addData(kind: number, address: number, size: number): void {
    if (this.#stretch.addData(kind, address, size)) return;
    this.#endStretch();
    this.#stretch.addData(kind, address, size);
  }

  #addOdd(kind: number, address: number, size: number, regions: readonly number[]): void {
    this.cut();
    const columns = this.#columns;
    const pages = [address >>> PAGE_SHIFT];
    if ((address & 0xfff) + size > 0x1000) {
      const other = regions[1];
      pages.push(
        other === undefined
          ? (address >>> PAGE_SHIFT) + 1
          : this.#regions.numberOf(other) << (REGION_SHIFT - PAGE_SHIFT),
      );
    }
    for (const page of pages) this.#putPage(page, USES_OF_KIND[kind]!);
    columns.pageCounts.push(pages.length);
    columns.useCounts.push(0);
    columns.fetchCounts.push(0);
    columns.continuedCounts.push(0);
    columns.dataCounts.push(1);
    columns.modifyCounts.push(kind === MODIFY ? 1 : 0);
    columns.ops.push(oddOp(kind));
    columns.places.push(address & 0xfff, size);
  }

  #endStretch(): void {
    const stretch = this.#stretch;
    if (stretch.isEmpty) return;
    if (!this.#packet.takes(stretch)) this.#endPacket();
    const count = this.#stretches.size;
    const number = this.#stretches.numberOf(stretch.key);
    if (number === count) {
      this.#columns.stretchStarts.push(stretch.start);
      this.#columns.stretchParts.push(stretch.parts.length);
      this.#columns.parts.push(...stretch.parts);
    }
    this.#packet.add(stretch, number);
    stretch.clear();
  }

  #endPacket(): void {
    const packet = this.#packet;
    if (packet.isEmpty) return;
    const columns = this.#columns;
    const { pages, uses } = packet.pages;
    for (const [index, page] of pages.entries()) this.#putPage(page, uses[index]!);
    columns.pageCounts.push(pages.length);
    columns.useCounts.push(packet.stretches.length);
    columns.fetchCounts.push(packet.fetches);
    columns.continuedCounts.push(packet.continued);
    columns.dataCounts.push(packet.ops.length);
    columns.modifyCounts.push(packet.ops.filter((op) => op >>> KIND_SHIFT === MODIFY).length);
    columns.uses.push(...packet.stretches);
    columns.ops.push(...packet.ops);
    columns.places.push(...packet.places);
    packet.clear();
  }

  #putPage(page: number, use: number): void {
    this.#columns.packetPages.push((this.#pages.numberOf(page) << PAGE_USE_BITS) | use);
  }
}
