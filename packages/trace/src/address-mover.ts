// SPDX-License-Identifier: GPL-2.0-or-later
import { hexAddress, mergeBlocks } from './moved-region.js';
import type { BlockPlace, MovedRegion } from './moved-region.js';

/** Where the guest kernel begins, unless told otherwise: Linux's PAGE_OFFSET on i386. */
export const DEFAULT_KERNEL_ADDRESS = 0xc0000000;

/** A region is what one page-directory entry maps. */
export const REGION_BYTES = 0x400000;
const REGION_SHIFT = 22;
const SLOTS = 1024;

/** In `deltas`: nothing of this region was seen yet. Odd, so that no distance looks like it. */
export const UNPLACED = 1;

/** What `place` returns when every slot below the kernel is given away. */
export const NO_ROOM = -1;

/**
 * Gives each 4 MiB region that a trace uses a place of its own below the guest kernel, and keeps
 * the offsets inside it.
 *
 *     traced:  0x08000000 ....... 0xfe800000 0xfec00000      0x7ffc00000000
 *                   |                  |          |                |
 *     guest:   0x08000000 ... 0xbf400000 0xbf800000 0xbfc00000  (kernel at 0xc0000000)
 *
 * A region that fits stays where it is. Any other goes next to where its neighbour went, if there is
 * room, or else to the highest free slot. Should the trace later use a region whose place was given
 * away, that region is moved in turn. So places never collide, and they depend on nothing but the
 * order in which regions are first seen.
 */
export class AddressMover {
  readonly kernelAddress: number;

  /**
   * For each region of the 32-bit space the distance in bytes that it moves (as a signed 32-bit
   * number, so 0 for one that stays), or UNPLACED. For the hot loop, which only reads it.
   */
  readonly deltas = new Int32Array(SLOTS).fill(UNPLACED);

  /** By slot of the guest: 1 when a region has it. */
  readonly #taken = new Uint8Array(SLOTS);
  /** By region number of the trace (address / 4 MiB, up to 2^42): its slot in the guest. */
  readonly #slots = new Map<number, number>();
  readonly #kernelSlot: number;
  /** The region looked up last: a wide trace asks for its stack's over and over. */
  #lastRegion = -1;
  #lastSlot = NO_ROOM;

  /**
   * @param kernelAddress first address that programs may not use, a multiple of 4 MiB.
   * @throws RangeError for any other.
   */
  constructor(kernelAddress: number = DEFAULT_KERNEL_ADDRESS) {
    const slot = kernelAddress / REGION_BYTES;
    if (!Number.isInteger(slot) || slot < 1 || slot >= SLOTS) {
      throw new RangeError(
        `the kernel's address is a multiple of 4 MiB from 0x00400000 to 0xffc00000, not ${hexAddress(kernelAddress)}`,
      );
    }
    this.kernelAddress = kernelAddress;
    this.#kernelSlot = slot;
  }

  /**
   * Where a traced address is in the guest; its region gets its place now if it has none yet.
   *
   * @param address up to 64 bits.
   * @throws RangeError if it has more, or if no slot is left.
   */
  move(address: number | bigint): number {
    const whole = BigInt(address);
    if (whole < 0n || whole >> 64n !== 0n) {
      throw new RangeError(`an address has 64 bits and no sign, not ${address}`);
    }
    const moved = this.place(Number(whole >> 32n), Number(whole & 0xffffffffn));
    if (moved === NO_ROOM) throw new RangeError(this.noRoomMessage(whole));
    return moved;
  }

  /**
   * The same for an address in two halves of 32 bits, unsigned.
   *
   * @returns the address in the guest, or NO_ROOM.
   */
  place(high: number, low: number): number {
    const region = high * SLOTS + (low >>> REGION_SHIFT);
    if (region !== this.#lastRegion) {
      this.#lastSlot = this.#slots.get(region) ?? this.#assign(region);
      this.#lastRegion = region;
    }
    const slot = this.#lastSlot;
    if (slot === NO_ROOM) return NO_ROOM;
    return slot * REGION_BYTES + (low & (REGION_BYTES - 1));
  }

  /** What was moved so far, neighbours joined, in order of the traced address. */
  get moved(): MovedRegion[] {
    const places: BlockPlace[] = [];
    for (const [from, to] of this.#slots) if (from !== to) places.push({ from, to });
    return mergeBlocks(places, REGION_BYTES);
  }

  /** Says that nothing is left for an address. */
  noRoomMessage(address: bigint): string {
    return (
      `expected the program to fit in the ${this.#kernelSlot} regions of 4 MiB below the guest kernel ` +
      `at ${hexAddress(this.kernelAddress)}, found no region left for ${hexAddress(address)}`
    );
  }

  #assign(region: number): number {
    const slot = this.#choose(region);
    if (slot === NO_ROOM) return NO_ROOM;
    this.#taken[slot] = 1;
    this.#slots.set(region, slot);
    if (region < SLOTS) this.deltas[region] = (slot - region) * REGION_BYTES;
    return slot;
  }

  #choose(region: number): number {
    if (this.#isFree(region)) return region;
    // Next to its neighbour, so that what lies across two regions still does.
    const below = this.#slots.get(region - 1);
    if (below !== undefined && this.#isFree(below + 1)) return below + 1;
    const above = this.#slots.get(region + 1);
    if (above !== undefined && this.#isFree(above - 1)) return above - 1;
    for (let slot = this.#kernelSlot - 1; slot >= 0; slot--) if (this.#isFree(slot)) return slot;
    return NO_ROOM;
  }

  #isFree(slot: number): boolean {
    return slot >= 0 && slot < this.#kernelSlot && this.#taken[slot] === 0;
  }
}
