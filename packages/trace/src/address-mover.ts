// SPDX-License-Identifier: GPL-2.0-or-later
import { RangePieces } from './guest-range.js';
import type { GuestRange } from './guest-range.js';
import { hexAddress, mergeBlocks } from './moved-region.js';
import type { BlockPlace, MovedRegion } from './moved-region.js';
import { regionsOf, runsOf } from './region-run.js';
import type { RegionRun } from './region-run.js';

/** Where the guest kernel begins, unless told otherwise: Linux's PAGE_OFFSET on i386. */
export const DEFAULT_KERNEL_ADDRESS = 0xc0000000;

/** A region is what one page-directory entry maps. */
export const REGION_BYTES = 0x400000;
const REGION_SHIFT = 22;
const SLOTS = 1024;

/** Regions that a range may have at most to be given places as a whole: 256 MiB. */
const MAX_RANGE_REGIONS = 64;

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
 * order in which regions are first seen. Where all regions are known beforehand, `arranged` makes a
 * mover that does not depend on any order either.
 */
export class AddressMover {
  /** First address of the guest kernel, in bytes: what is moved goes below. */
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
  #freeSlots: number;
  /** Whether `moveRange` may place regions. */
  #placesRanges = true;
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
    this.#freeSlots = slot;
  }

  /**
   * A mover with a place for each of the regions, which depends on nothing but which they are.
   * Neighbours stay neighbours: they are moved together or not at all, unless there is no free
   * stretch that is long enough.
   *
   * @param regions region numbers (address / 4 MiB), in any order; what `regions` gave.
   * @throws RangeError for a kernel address that is no multiple of 4 MiB.
   */
  static arranged(regions: Iterable<number>, kernelAddress?: number): AddressMover {
    const mover = new AddressMover(kernelAddress);
    const runs = runsOf(regions);
    const stays = ({ last }: RegionRun): boolean => last < mover.#kernelSlot;
    for (const run of runs.filter(stays)) mover.#placeTogether(run);
    // From above, so that the stack comes to lie highest.
    for (const run of runs.filter((each) => !stays(each)).reverse()) mover.#placeTogether(run);
    mover.#placesRanges = false;
    return mover;
  }

  /** Numbers (address / 4 MiB) of the regions that have a place, in the order they got it. */
  get regions(): number[] {
    return [...this.#slots.keys()];
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

  /** Number of the slot that a region (address / 4 MiB) was given, or NO_ROOM if it has none yet. */
  slotOf(region: number): number {
    return this.#slots.get(region) ?? NO_ROOM;
  }

  /**
   * Where a range of traced addresses is in the guest: as a rule in one piece. Regions of which
   * nothing was ever seen are left out, since nothing of the process can be there.
   *
   * @param start traced address in bytes.
   * @param bytes at least 1; the range ends within 64 bits.
   * @param place gives such regions a place first, together, so that the range lies in one piece.
   *   Not for a range beyond 256 MiB, nor once half of the room is used (what a program reserves is
   *   much more than what it touches), nor with a mover that is arranged.
   */
  moveRange(start: number, bytes: number, place = false): GuestRange[] {
    const run = { first: regionOf(start), last: regionOf(start + bytes - 1) };
    if (place) this.#placeRange(run);
    const pieces = new RangePieces(start, bytes);
    for (const region of this.#regionsIn(run)) {
      const slot = this.#slots.get(region);
      if (slot !== undefined) pieces.add(region * REGION_BYTES, slot * REGION_BYTES, REGION_BYTES);
    }
    return pieces.pieces;
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

  #regionsIn({ first, last }: RegionRun): Iterable<number> {
    if (last - first < SLOTS) return regionsOf({ first, last });
    const inside = (region: number): boolean => region >= first && region <= last;
    return this.regions.filter(inside).sort((a, b) => a - b);
  }

  #placeRange(run: RegionRun): void {
    const count = run.last - run.first + 1;
    const room = this.#freeSlots - Math.floor(this.#kernelSlot / 2);
    if (!this.#placesRanges || count > MAX_RANGE_REGIONS || count > room) return;
    const regions = [...regionsOf(run)];
    if (regions.every((region) => !this.#slots.has(region))) return this.#placeTogether(run);
    // Outwards from those that have a place, each next to its neighbour; first downwards, since
    // above what was moved there is rarely room.
    for (const region of regions.toReversed()) {
      if (this.#slots.has(region + 1)) this.#assignOnce(region);
    }
    for (const region of regions) this.#assignOnce(region);
  }

  /** Places regions none of which has a place: where they are, or else in one free stretch. */
  #placeTogether(run: RegionRun): void {
    const count = run.last - run.first + 1;
    const regions = [...regionsOf(run)];
    const inPlace = regions.every((region) => this.#isFree(region));
    const start = inPlace ? run.first : this.#findStretch(count);
    if (start === NO_ROOM) for (const region of regions) this.#assignOnce(region);
    else regions.forEach((region, index) => this.#give(region, start + index));
  }

  /** The highest slot from which on so many are free. */
  #findStretch(count: number): number {
    let free = 0;
    for (let slot = this.#kernelSlot - 1; slot >= 0; slot--) {
      free = this.#isFree(slot) ? free + 1 : 0;
      if (free === count) return slot;
    }
    return NO_ROOM;
  }

  #assignOnce(region: number): void {
    if (!this.#slots.has(region)) this.#assign(region);
  }

  #assign(region: number): number {
    const slot = this.#choose(region);
    if (slot !== NO_ROOM) this.#give(region, slot);
    return slot;
  }

  #give(region: number, slot: number): void {
    this.#taken[slot] = 1;
    this.#freeSlots--;
    this.#slots.set(region, slot);
    if (region < SLOTS) this.deltas[region] = (slot - region) * REGION_BYTES;
    // It may be the one that was found to have no place.
    this.#lastRegion = -1;
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

function regionOf(address: number): number {
  return Math.floor(address / REGION_BYTES);
}
