// SPDX-License-Identifier: GPL-2.0-or-later
import type { AccessBatch } from '../access-batch.js';
import { PAGE_USE_BITS } from '../access-packets.js';
import type { AccessesBlock } from './accesses-block.js';
import { MAX_PART_DATA, PART_DATA_BITS } from './columns.js';
import { OP_INFO } from './op-codes.js';
import type { RegionPlaces } from './region-places.js';

// As this module's own constant, so that the compiler knows its length and drops bounds checks.
const INFOS = OP_INFO;

/**
 * Writes the accesses of packets that are not odd into a batch, one after the other. Numbers are
 * literals here, as an engine folds these into its code; what they stand for is in `AccessBatch`.
 */
export class PacketWriter {
  readonly #block: AccessesBlock;
  readonly #regions: RegionPlaces;
  /** The next load, store or modify, and its place. */
  #data = 0;
  #place = 0;

  /** @param regions where regions are, all that a packet announces having their place. */
  constructor(block: AccessesBlock, regions: RegionPlaces) {
    this.#block = block;
    this.#regions = regions;
  }

  /**
   * @param pageAddresses by page of the block, where it is in the guest.
   * @param at where in the batch the packet's accesses begin.
   * @returns what is behind them, or -1 if the packet is not as it announces.
   */
  write(packet: number, pageAddresses: Int32Array, batch: AccessBatch, at: number): number {
    const { columns, packets, stretches } = this.#block;
    const end = packets.firstUse[packet + 1]!;
    this.#data = packets.firstData[packet]!;
    this.#place = packets.firstPlace[packet]!;
    let behind = at;
    for (let use = packets.firstUse[packet]!; use < end && behind >= 0; use++) {
      const stretch = columns.uses[use]!;
      if (stretch >= stretches.count) return -1;
      behind = this.#writeStretch(packet, stretch, pageAddresses, batch, behind);
    }
    return this.#data === packets.firstData[packet + 1] ? behind : -1;
  }

  #writeStretch(
    packet: number,
    stretch: number,
    pageAddresses: Int32Array,
    batch: AccessBatch,
    at: number,
  ): number {
    const { columns, packets, stretches } = this.#block;
    const { parts } = columns;
    const { addresses, info } = batch;
    const end = stretches.firstPart[stretch + 1]!;
    // One without a fetch names no region.
    let address =
      stretches.fetches[stretch] === 0 ? 0 : this.#regions.guest(columns.stretchStarts[stretch]!);
    let behind = at;
    for (let index = stretches.firstPart[stretch]!; index < end; index++) {
      const part = parts[index]!;
      const size = part >>> PART_DATA_BITS;
      if (size !== 0) {
        const here = 0x1000 - (address & 0xfff);
        addresses[behind] = address;
        info[behind++] = Math.min(size, here) << 3;
        if (size > here) {
          addresses[behind] = address + here;
          info[behind++] = ((size - here) << 3) | 4;
        }
        address = (address + size) | 0;
      }
      const data = part & MAX_PART_DATA;
      if (this.#data + data > packets.firstData[packet + 1]!) return -1;
      for (let left = data; left > 0 && behind >= 0; left--) {
        behind = this.#writeData(packet, pageAddresses, batch, behind);
      }
      if (behind < 0) return -1;
    }
    return behind;
  }

  #writeData(packet: number, pageAddresses: Int32Array, batch: AccessBatch, at: number): number {
    const { columns, packets } = this.#block;
    const { addresses, info } = batch;
    const op = columns.ops[this.#data++]!;
    const place = columns.places[this.#place++]!;
    const word = INFOS[op]!;
    const size = word >>> 3;
    const page = packets.firstPage[packet]! + (place >>> 12);
    const isSound =
      page < packets.firstPage[packet + 1]! &&
      op >= 0x40 &&
      size !== 0 &&
      (place & 0xfff) + size <= 0x1000;
    if (!isSound) return -1;
    const address = pageAddresses[columns.packetPages[page]! >>> PAGE_USE_BITS]! | (place & 0xfff);
    addresses[at] = address;
    info[at] = word;
    if (op < 0xc0) return at + 1;
    addresses[at + 1] = address;
    info[at + 1] = (word & ~3) | 2;
    return at + 2;
  }
}
