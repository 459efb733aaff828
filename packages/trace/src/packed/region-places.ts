// SPDX-License-Identifier: GPL-2.0-or-later
import { NO_ROOM, REGION_BYTES } from '../address-mover.js';
import type { AddressMover } from '../address-mover.js';
import { ENDS_WITHIN_64_BITS } from '../lackey-decoder.js';
import type { PackedPlace } from './packed-place.js';
import type { RegionPlacer } from './record-cursor.js';

const REGION_SHIFT = 22;
const REGIONS_IN_32_BITS = 1024;
const LAST_REGION = 2 ** 42 - 1;

/** Where the regions of a block are in the guest: as the mover says when each is first used. */
export class RegionPlaces {
  /** For RecordCursor. */
  readonly placer: RegionPlacer = (index) => this.#place(this.#regions[index]!);
  readonly #mover: AddressMover;
  readonly #messages: PackedPlace;
  #regions: Float64Array = new Float64Array(0);
  /** By slot of the guest: number of the region that was placed there. */
  readonly #regionAt = new Float64Array(REGIONS_IN_32_BITS);

  constructor(mover: AddressMover, messages: PackedPlace) {
    this.#mover = mover;
    this.#messages = messages;
  }

  /** @param regions the block's, by its own number. */
  begin(regions: Float64Array): void {
    for (const region of regions) {
      if (region > LAST_REGION) this.#messages.fail('regions within 64 bits', `${region}`);
    }
    this.#regions = regions;
  }

  /** Where the second part of an access is, the first of which has `here` bytes at `address`. */
  behind(address: number, here: number): number {
    const next = (address + here) | 0;
    if ((next ^ address) >>> REGION_SHIFT === 0) return next;
    const region = this.#regionAt[address >>> REGION_SHIFT]! + 1;
    if (region > LAST_REGION) this.#messages.fail(ENDS_WITHIN_64_BITS, 'one beyond');
    return this.#place(region);
  }

  #place(region: number): number {
    const low = (region % REGIONS_IN_32_BITS) * REGION_BYTES;
    const address = this.#mover.place(Math.floor(region / REGIONS_IN_32_BITS), low);
    if (address === NO_ROOM) {
      const traced = BigInt(region) * BigInt(REGION_BYTES);
      throw this.#messages.error('TRACE_NO_ROOM', this.#mover.noRoomMessage(traced));
    }
    this.#regionAt[address >>> REGION_SHIFT] = region;
    return address | 0;
  }
}
