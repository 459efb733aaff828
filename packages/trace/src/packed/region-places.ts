// SPDX-License-Identifier: GPL-2.0-or-later
import { NO_ROOM, REGION_BYTES } from '../address-mover.js';
import type { AddressMover } from '../address-mover.js';
import type { PackedPlace } from './packed-place.js';

const REGION_SHIFT = 22;
const OFFSET_MASK = REGION_BYTES - 1;
const REGIONS_IN_32_BITS = 1024;
const LAST_REGION = 2 ** 42 - 1;

/** Where a block's region is, as long as it was not asked for. No multiple of 4 MiB. */
export const NOT_PLACED = 1;

/** Where the regions of a block are in the guest: as the mover says when each is first used. */
export class RegionPlaces {
  readonly #mover: AddressMover;
  readonly #messages: PackedPlace;
  #regions: Float64Array = new Float64Array(0);
  /** By a region's place in the block's list: its first address in the guest, or NOT_PLACED. */
  readonly #bases = new Int32Array(REGIONS_IN_32_BITS);

  constructor(mover: AddressMover, messages: PackedPlace) {
    this.#mover = mover;
    this.#messages = messages;
  }

  /**
   * Starts a block.
   * @param regions the block's, by its own number.
   * @returns whether all of them have a place already.
   */
  begin(regions: Float64Array): boolean {
    this.#regions = regions;
    this.#bases.fill(NOT_PLACED);
    let all = true;
    for (const [index, region] of regions.entries()) {
      if (region > LAST_REGION) this.#messages.fail('regions within 64 bits', `${region}`);
      const slot = this.#mover.slotOf(region);
      if (slot === NO_ROOM) all = false;
      else this.#bases[index] = slot * REGION_BYTES;
    }
    return all;
  }

  /** First address of a region in the guest, signed, or NOT_PLACED. */
  known(index: number): number {
    return this.#bases[index]!;
  }

  /** Where an address of the block is in the guest; its region gets its place now if it has none. */
  guest(address: number): number {
    const index = address >>> REGION_SHIFT;
    let base = this.#bases[index]!;
    if (base === NOT_PLACED) base = this.#bases[index] = this.#place(this.#regions[index]!);
    return base | (address & OFFSET_MASK);
  }

  #place(region: number): number {
    const low = (region % REGIONS_IN_32_BITS) * REGION_BYTES;
    const address = this.#mover.place(Math.floor(region / REGIONS_IN_32_BITS), low);
    if (address === NO_ROOM) {
      const traced = BigInt(region) * BigInt(REGION_BYTES);
      throw this.#messages.error('TRACE_NO_ROOM', this.#mover.noRoomMessage(traced));
    }
    return address | 0;
  }
}
