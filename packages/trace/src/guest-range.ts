// SPDX-License-Identifier: GPL-2.0-or-later

/** A stretch of guest-virtual addresses, in bytes. */
export interface GuestRange {
  /** First address. */
  readonly start: number;
  /** Its length. */
  readonly bytes: number;
}

/** Puts together where the parts of a traced range are in the guest. */
export class RangePieces {
  readonly pieces: { start: number; bytes: number }[] = [];
  readonly #start: number;
  readonly #end: number;
  /** One past the traced address that the last piece ends with. */
  #tracedEnd = -1;

  /** @param start traced address. */
  constructor(start: number, bytes: number) {
    this.#start = start;
    this.#end = start + bytes;
  }

  /**
   * Adds what the range has of a block; blocks come in ascending order of the traced address.
   *
   * @param traced where the block starts in the trace.
   * @param guest where it starts in the guest.
   */
  add(traced: number, guest: number, blockBytes: number): void {
    const from = Math.max(traced, this.#start);
    const to = Math.min(traced + blockBytes, this.#end);
    const start = guest + (from - traced);
    const last = this.pieces.at(-1);
    if (last !== undefined && this.#tracedEnd === from && last.start + last.bytes === start) {
      last.bytes += to - from;
    } else this.pieces.push({ start, bytes: to - from });
    this.#tracedEnd = to;
  }
}
