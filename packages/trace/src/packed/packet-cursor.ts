// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessKind, INFO_SIZE_SHIFT } from '../access-batch.js';
import type { AccessesBlock } from './accesses-block.js';
import { PAGE_USE_BITS } from '../access-packets.js';
import { MAX_PART_DATA, PART_DATA_BITS } from './columns.js';
import type { PackedPlace } from './packed-place.js';
import { KIND_SHIFT, OP_INFO } from './op-codes.js';

const PAGE_BYTES = 4096;

/**
 * A place among a block's records. `next` tells them one by one; addresses are the block's own:
 * the region by its place in the block's list (10 bits), and the offset in it (22 bits).
 */
export class PacketCursor {
  /** The record that `next` told of: AccessKind or MODIFY. */
  kind = 0;
  /** Its address, as 32 bits, signed. */
  address = 0;
  /** Its bytes, and how many of them are in its first page. */
  size = 0;
  here = 0;
  /** Where the bytes in its second page are, if there are any. */
  second = 0;
  /** The packet of the next record, and whether that is its first. */
  packet = 0;
  atStart = true;
  /** Records told of, or passed over, since the block began. */
  record = 0;

  readonly #block: AccessesBlock;
  readonly #messages: PackedPlace;
  #use = 0;
  #part = 0;
  #lastPart = 0;
  /** Data records of the part that are still to come. */
  #dataLeft = 0;
  #data = 0;
  #place = 0;
  /** Where the stretch's next fetch is. */
  #fetchAt = 0;
  #recordsLeft = 0;

  /** @param messages where errors are said to be. */
  constructor(block: AccessesBlock, messages: PackedPlace) {
    this.#messages = messages;
    this.#block = block;
  }

  /** Whether all records of the block were told of. */
  get done(): boolean {
    return this.packet === this.#block.packets.count;
  }

  /** Goes to the block's first packet. */
  begin(): void {
    this.record = 0;
    this.goTo(0);
  }

  /** Goes to a packet, whatever came before; `record` is then not to be relied on. */
  goTo(packet: number): void {
    this.packet = packet;
    this.atStart = true;
  }

  /** Passes over the packet whose first record is next. */
  skipPacket(): void {
    this.record += this.#block.packets.records[this.packet]!;
    this.packet++;
  }

  /**
   * Goes on to the next record; there must be one.
   * @throws TraceError for one that cannot be.
   */
  next(): void {
    if (this.atStart) this.#enter();
    const { packets, columns } = this.#block;
    if (packets.isOdd(this.packet)) this.#odd();
    else if (this.#dataLeft > 0) this.#nextData();
    else this.#nextPart(columns.parts);
    this.record++;
    if (--this.#recordsLeft > 0) return;
    this.#checkEnd();
    this.packet++;
    this.atStart = true;
  }

  #enter(): void {
    const { packets } = this.#block;
    this.#recordsLeft = packets.records[this.packet]!;
    this.#use = packets.firstUse[this.packet]!;
    this.#data = packets.firstData[this.packet]!;
    this.#place = packets.firstPlace[this.packet]!;
    this.#part = 0;
    this.#lastPart = 0;
    this.#dataLeft = 0;
    this.atStart = false;
  }

  /** A packet's records end with its columns, neither sooner nor later. */
  #checkEnd(): void {
    const { packets } = this.#block;
    const isEnd =
      packets.isOdd(this.packet) ||
      (this.#use === packets.firstUse[this.packet + 1] &&
        this.#part === this.#lastPart &&
        this.#dataLeft === 0);
    if (!isEnd) this.#messages.fail('the end of the packet after its last record', 'more');
  }

  #nextPart(parts: Uint16Array): void {
    const { columns, stretches } = this.#block;
    for (;;) {
      if (this.#part === this.#lastPart) {
        const stretch = this.#takeStretch();
        this.#part = stretches.firstPart[stretch]!;
        this.#lastPart = stretches.firstPart[stretch + 1]!;
        this.#fetchAt = columns.stretchStarts[stretch]! | 0;
      }
      const part = parts[this.#part++]!;
      this.#dataLeft = part & MAX_PART_DATA;
      const size = part >>> PART_DATA_BITS;
      if (size > 0) return this.#fetch(size);
      if (this.#dataLeft > 0) return this.#nextData();
    }
  }

  /** The packet's next stretch. */
  #takeStretch(): number {
    const { columns, packets, stretches } = this.#block;
    if (this.#use >= packets.firstUse[this.packet + 1]!) {
      this.#messages.fail('a stretch for the next record', 'the end of the packet');
    }
    const stretch = columns.uses[this.#use++]!;
    if (stretch < stretches.count) return stretch;
    return this.#messages.fail(`a stretch below ${stretches.count}`, `${stretch}`);
  }

  #fetch(size: number): void {
    this.kind = AccessKind.fetch;
    this.#set(this.#fetchAt, size);
    this.#fetchAt = (this.#fetchAt + size) | 0;
    this.second = this.address + this.here;
  }

  #nextData(): void {
    const { columns, packets } = this.#block;
    if (this.#data >= packets.firstData[this.packet + 1]!) {
      this.#messages.fail('a load, store or modify', 'the end of the packet');
    }
    const op = columns.ops[this.#data++]!;
    this.#dataLeft--;
    this.kind = op >>> KIND_SHIFT;
    const size = OP_INFO[op]! >>> INFO_SIZE_SHIFT;
    const place = columns.places[this.#place++]!;
    this.#set(this.#pageAt(place >>> 12) | (place & (PAGE_BYTES - 1)), size);
    if (op < 1 << KIND_SHIFT || size === 0)
      this.#messages.fail('a load, store or modify', `op ${op}`);
    if (this.here < size)
      this.#messages.fail('a packet of its own for a record in two pages', 'one of others');
  }

  #odd(): void {
    const { columns } = this.#block;
    this.kind = columns.ops[this.#data]! >>> KIND_SHIFT;
    const place = columns.places[this.#place]!;
    this.#set(this.#pageAt(0) | place, columns.places[this.#place + 1]!);
    if (this.here < this.size) this.second = this.#pageAt(1);
  }

  #set(address: number, size: number): void {
    this.address = address;
    this.size = size;
    this.here = Math.min(size, PAGE_BYTES - (address & (PAGE_BYTES - 1)));
  }

  /** Address of a page of the packet. */
  #pageAt(index: number): number {
    const { columns, packets } = this.#block;
    const at = packets.firstPage[this.packet]! + index;
    const end = packets.firstPage[this.packet + 1]!;
    if (at >= end) this.#messages.fail(`a page below ${index + end - at}`, `page ${index}`);
    const entry = columns.packetPages[at]!;
    return columns.pages[entry >>> PAGE_USE_BITS]! << 12;
  }
}
