// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessKind, INFO_SIZE_SHIFT } from './access-batch.js';
import type { AccessBatch } from './access-batch.js';
import type { ByteWindow } from './byte-window.js';
import { HEX_PAIR, NOT_HEX, RECORD_HEAD } from './lackey-tables.js';

// As this module's own constants, so that the compiler knows their lengths and drops bounds checks.
const PAIRS = HEX_PAIR;
const HEADS = RECORD_HEAD;

/** Bytes of the usual record: `I  08049b00,2` and its line end. */
const USUAL_BYTES = 14;

/** `,1\n` as a little-endian load has it, in the low three bytes. */
const SMALLEST_TAIL = 0x0a312c;

/** Bits in which the tails `,1\n` to `,8\n` differ from the smallest: the size less one, bits 8 to 10. */
const SIZE_BITS = 0x700;

/** The difference `tail - SMALLEST_TAIL` has the size less one from bit 8; INFO_SIZE_SHIFT is 3. */
const TAIL_TO_INFO_SHIFT = 8 - INFO_SIZE_SHIFT;

/**
 * Decodes the usual records at the start of the window into the batch, until it meets anything else
 * or `room` is reached. Usual is: eight lower-case digits, a size of 1 to 8 that stays in its page,
 * `\n`, and a region that has its place.
 *
 *     offset   0   1   2 | 3   4   5   6 | 7   8   9  10 | 11  12  13
 *     text     I           0   8   0   4   9   b   0   0    ,   2  \n
 *     loads    head        high            low             tail
 *
 * This is the hot loop of all reading: whatever could be wrong with a record is or-ed into one word,
 * so that there is one branch a record, which is nearly always taken the same way.
 *
 * @param deltas see AddressMover.
 * @param room the batch length from which on no further record is started.
 * @returns how many records, which is how many lines.
 */
export function decodeUsualRecords(
  window: ByteWindow,
  batch: AccessBatch,
  deltas: Int32Array,
  room: number,
): number {
  const { view } = window;
  const { addresses, info } = batch;
  const last = window.end - USUAL_BYTES;
  const start = window.start;
  let at = start;
  let length = batch.length;
  while (at <= last && length < room) {
    const text = view.getInt32(at, true);
    const high = view.getInt32(at + 3, true);
    const low = view.getInt32(at + 7, true);
    // One byte more than the record has, which is why the window has some slack.
    const tail = view.getInt32(at + 11, true);
    const head = HEADS[(text >>> 8) & 0xff]!;
    const a = PAIRS[high & 0xffff]!;
    const b = PAIRS[high >>> 16]!;
    const c = PAIRS[low & 0xffff]!;
    const d = PAIRS[low >>> 16]!;
    const address = (a << 24) | (b << 16) | (c << 8) | d;
    const delta = deltas[address >>> 22]!;
    const excess = (tail & 0xffffff) - SMALLEST_TAIL;
    const unusual =
      ((text ^ head) & 0xffffff) |
      ((a | b | c | d) & NOT_HEX) |
      (excess & ~SIZE_BITS) |
      // The offset in the page of the last byte: bit 12 when that is in the next page.
      (((address & 0xfff) + (excess >> 8)) & 0x1000) |
      (delta & 1);
    if (unusual !== 0) break;
    const kind = head >>> 24;
    const word = (excess >> TAIL_TO_INFO_SHIFT) + (1 << INFO_SIZE_SHIFT);
    // Kept in 32 bits: as a plain sum it would be a double, and the loop half as fast.
    const moved = (address + delta) | 0;
    // Both accesses of a modify, the second of which the next record overwrites if it was none: an
    // engine that has met no modify yet would otherwise compile the loop without, and once more.
    const isModify = (kind >> 1) & kind;
    addresses[length] = moved;
    addresses[length + 1] = moved;
    info[length] = word | (kind - 2 * isModify);
    info[length + 1] = word | AccessKind.store;
    length += 1 + isModify;
    at += USUAL_BYTES;
  }
  batch.length = length;
  window.start = at;
  return (at - start) / USUAL_BYTES;
}
