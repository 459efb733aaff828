// SPDX-License-Identifier: GPL-2.0-or-later

/** Bytes held at most: much more than a line, and little enough to stay in a second-level cache. */
const WINDOW_BYTES = 256 * 1024;

/** Bytes behind the last one that may be read (as garbage), so that the hot loop can load words. */
const SLACK_BYTES = 8;

/**
 * The part of the text being read that has arrived and has not been used yet.
 *
 *     bytes  | used | start ....... end | free |
 *
 * Whatever the size of the chunks, the text lies here in one piece, so that a line is never parted
 * and the hot loop always works on the same two views. Copying costs about 1 ns a record.
 */
export class ByteWindow {
  readonly bytes = new Uint8Array(WINDOW_BYTES + SLACK_BYTES);
  readonly view = new DataView(this.bytes.buffer);
  /** First byte not used yet. */
  start = 0;
  /** One past the last byte that has arrived. */
  end = 0;

  /** Takes over as much of `chunk` from `offset` on as fits; returns how many bytes. */
  fill(chunk: Uint8Array, offset: number): number {
    this.#compact();
    const count = Math.min(chunk.length - offset, WINDOW_BYTES - this.end);
    const whole = offset === 0 && count === chunk.length;
    this.bytes.set(whole ? chunk : chunk.subarray(offset, offset + count), this.end);
    this.end += count;
    return count;
  }

  /** Moves what is left, a part of a line as a rule, to the front. */
  #compact(): void {
    if (this.start === 0) return;
    this.bytes.copyWithin(0, this.start, this.end);
    this.end -= this.start;
    this.start = 0;
  }
}
