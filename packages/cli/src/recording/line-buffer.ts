// SPDX-License-Identifier: GPL-2.0-or-later

/** Bytes of a piece. */
const PIECE_BYTES = 1 << 20;

/** A character of a string takes at most so many bytes in UTF-8. */
const MOST_BYTES = 3;

/**
 * Lines that wait to be written, as bytes from the start: as strings they would live so long that
 * the garbage collector has more to do than the run.
 */
export class LineBuffer {
  #piece = Buffer.allocUnsafe(PIECE_BYTES);
  #used = 0;
  #full: Uint8Array[] = [];

  /** Puts a line behind the others. @param line without its line end */
  add(line: string): void {
    const most = line.length * MOST_BYTES + 1;
    if (this.#used + most > this.#piece.length) this.#next(most);
    this.#used += this.#piece.write(line, this.#used);
    this.#piece[this.#used++] = 0x0a;
  }

  /** All lines so far, in order. */
  take(): readonly Uint8Array[] {
    const pieces = this.#full;
    if (this.#used > 0) pieces.push(Uint8Array.prototype.slice.call(this.#piece, 0, this.#used));
    this.#full = [];
    this.#used = 0;
    return pieces;
  }

  #next(least: number): void {
    this.#full.push(this.#piece.subarray(0, this.#used));
    this.#piece = Buffer.allocUnsafe(Math.max(PIECE_BYTES, least));
    this.#used = 0;
  }
}
