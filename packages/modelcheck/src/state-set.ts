// SPDX-License-Identifier: GPL-2.0-or-later

/** Where a table that is half full grows. */
const LOAD = 0.5;

/** A set of 64-bit hashes: open addressing over words, 8 bytes a place. */
export class StateSet {
  size = 0;
  private places: Int32Array;
  private mask: number;

  /** @param places room to begin with, a power of two */
  constructor(places = 2 ** 16) {
    this.places = new Int32Array(2 * places);
    this.mask = places - 1;
  }

  /** Bytes that the set takes. */
  get bytes(): number {
    return this.places.byteLength;
  }

  /** Puts a hash in, given as two signed words. Returns whether it was not there yet. */
  add(low: number, high: number): boolean {
    // All zeros is what an empty place has.
    const kept = low === 0 && high === 0 ? 1 : low;
    const { places, mask } = this;
    let at = kept & mask;
    for (;;) {
      const first = places[2 * at]!;
      const second = places[2 * at + 1]!;
      if (first === kept && second === high) return false;
      if ((first | second) === 0) break;
      at = (at + 1) & mask;
    }
    places[2 * at] = kept;
    places[2 * at + 1] = high;
    if (++this.size > (mask + 1) * LOAD) this.grow();
    return true;
  }

  private grow(): void {
    const old = this.places;
    this.places = new Int32Array(old.length * 2);
    this.mask = 2 * (this.mask + 1) - 1;
    this.size = 0;
    for (let i = 0; i < old.length; i += 2) {
      if ((old[i]! | old[i + 1]!) !== 0) this.add(old[i]!, old[i + 1]!);
    }
  }
}
