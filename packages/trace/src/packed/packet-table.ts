// SPDX-License-Identifier: GPL-2.0-or-later
import { MAX_ACCESS_BYTES } from '../lackey-record.js';
import { MODIFY } from '../lackey-tables.js';
import { MAX_PACKET_ACCESSES, MAX_PACKET_PAGES, MAX_PAGES } from './format.js';
import { grown } from './grown.js';
import type { Columns } from './columns.js';
import { PAGE_USE_BITS } from '../access-packets.js';
import { KIND_SHIFT, isOdd } from './op-codes.js';
import type { PackedPlace } from './packed-place.js';

/** The packets of a block, each with where in the columns its own begins. */
export class PacketTable {
  count = 0;
  /** By packet: its first page, use, place and data record; one more than there are packets. */
  firstPage = new Int32Array(1);
  firstUse = new Int32Array(1);
  firstPlace = new Int32Array(1);
  firstData = new Int32Array(1);
  /** By packet: accesses, and records. */
  accesses = new Uint16Array(0);
  records = new Uint16Array(0);
  readonly #place: PackedPlace;

  constructor(place: PackedPlace) {
    this.#place = place;
  }

  /**
   * Goes through all packets of a block once.
   *
   * @param records how many the block has to have.
   * @throws TraceError for one that cannot be. It looks at how many records there are, not at the
   *   records: who makes them does.
   */
  begin(columns: Columns, records: number): void {
    const { pageCounts } = columns;
    this.count = pageCounts.length;
    if (columns.pages.length > MAX_PAGES || this.count > records) {
      this.#place.fail(`at most ${MAX_PAGES} pages and ${records} packets`, 'more');
    }
    this.#grow(this.count);
    let sum = 0;
    for (let packet = 0; packet < this.count; packet++) {
      this.#place.record = sum + 1;
      this.#addPages(columns, packet);
      this.#addStretches(columns, packet);
      this.#addData(columns, packet);
      sum += this.records[packet]!;
    }
    this.#place.record = undefined;
    const { count, firstPage, firstUse, firstPlace, firstData } = this;
    const fits =
      firstPage[count] === columns.packetPages.length &&
      firstUse[count] === columns.uses.length &&
      firstPlace[count] === columns.places.length &&
      firstData[count] === columns.ops.length;
    if (!fits) this.#place.fail('columns as long as the packets need', 'others');
    if (sum !== records) this.#place.fail(`${records} records`, `${sum}`);
  }

  #grow(packets: number): void {
    this.firstPage = grown(this.firstPage, packets + 1);
    this.firstUse = grown(this.firstUse, packets + 1);
    this.firstPlace = grown(this.firstPlace, packets + 1);
    this.firstData = grown(this.firstData, packets + 1);
    this.accesses = grown(this.accesses, packets);
    this.records = grown(this.records, packets);
  }

  /** Whether a packet is one record that has a form of its own. */
  isOdd(packet: number): boolean {
    return (
      this.firstPlace[packet + 1]! - this.firstPlace[packet]! >
      this.firstData[packet + 1]! - this.firstData[packet]!
    );
  }

  #addPages({ pages, pageCounts, packetPages }: Columns, packet: number): void {
    const first = this.firstPage[packet]!;
    const count = pageCounts[packet]!;
    this.firstPage[packet + 1] = first + count;
    if (count < 1 || count > MAX_PACKET_PAGES || first + count > packetPages.length) {
      this.#place.fail(`1 to ${MAX_PACKET_PAGES} pages in a packet`, `${count}`);
    }
    for (let index = 0; index < count; index++) {
      const entry = packetPages[first + index]!;
      if (entry >>> PAGE_USE_BITS >= pages.length) {
        this.#place.fail(`a page below ${pages.length}`, `${entry >>> PAGE_USE_BITS}`);
      }
    }
  }

  #addStretches(
    { useCounts, fetchCounts, continuedCounts, dataCounts, uses }: Columns,
    packet: number,
  ): void {
    const end = this.firstUse[packet]! + useCounts[packet]!;
    this.firstUse[packet + 1] = end;
    if (end > uses.length) this.#place.fail('stretches of the packet', 'none');
    const records = fetchCounts[packet]! + dataCounts[packet]!;
    if (records === 0) this.#place.fail('a record in the packet', 'none');
    this.records[packet] = records;
    this.accesses[packet] = records + continuedCounts[packet]!;
  }

  #addData({ dataCounts, modifyCounts, ops, places }: Columns, packet: number): void {
    const count = dataCounts[packet]!;
    const first = this.firstData[packet]!;
    const firstPlace = this.firstPlace[packet]!;
    this.firstData[packet + 1] = first + count;
    this.firstPlace[packet + 1] = firstPlace + count;
    if (first + count > ops.length || firstPlace + count > places.length) {
      this.#place.fail('data records of the packet', 'none');
    }
    if (this.firstUse[packet] === this.firstUse[packet + 1])
      return this.#addOdd(ops, places, packet);
    this.accesses[packet]! += modifyCounts[packet]!;
    const most = MAX_PACKET_ACCESSES;
    if (this.accesses[packet]! > most) {
      this.#place.fail(`at most ${most} accesses in a packet`, `${this.accesses[packet]}`);
    }
  }

  /** A packet of one record, whose second place is its size. */
  #addOdd(ops: Uint8Array, places: Uint16Array, packet: number): void {
    const op = ops[this.firstData[packet]!]!;
    const at = this.firstPlace[packet]!;
    if (
      this.firstData[packet + 1]! - this.firstData[packet]! !== 1 ||
      !isOdd(op) ||
      at + 2 > places.length
    ) {
      this.#place.fail('one record with its size in a packet without stretches', 'something else');
    }
    const size = places[at + 1]!;
    if (size < 1 || size > MAX_ACCESS_BYTES) {
      this.#place.fail(`a size of 1 to ${MAX_ACCESS_BYTES} bytes`, `${size}`);
    }
    const crosses = (places[at]! & 0xfff) + size > 0x1000;
    const pages = this.firstPage[packet + 1]! - this.firstPage[packet]!;
    if (places[at]! >>> 12 !== 0 || pages !== (crosses ? 2 : 1)) {
      this.#place.fail('the pages of the record, in order', `${pages}`);
    }
    this.firstPlace[packet + 1] = at + 2;
    const parts = crosses ? 2 : 1;
    if (this.records[packet] !== 1) this.#place.fail('one record in the packet', 'more');
    this.accesses[packet] = op >>> KIND_SHIFT === MODIFY ? 2 * parts : parts;
  }
}
