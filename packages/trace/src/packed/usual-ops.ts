// SPDX-License-Identifier: GPL-2.0-or-later
import type { AccessBatch } from '../access-batch.js';
import { OP_INFO } from './op-codes.js';
import type { RecordCursor } from './record-cursor.js';

// As this module's own constant, so that the compiler knows its length and drops bounds checks.
const INFOS = OP_INFO;

/**
 * Decodes the usual records from the cursor on into the batch, until it meets anything else, or
 * `room` or `stop` is reached. Not usual are absolute addresses, sizes that follow the op, accesses
 * that reach the end of their page (which may cross it), and whatever cannot be.
 *
 * This is the hot loop of reading packed traces. How it is kept fast, all of it measured
 * (`bench/decode.mjs`):
 * - the numbers in it are literals, as an engine folds these into its code but loads an imported
 *   constant in every turn; FetchMode, DataMode and prediction.ts say what they stand for;
 * - how many records fit in whatever comes is found out for many at a time: a usual record has at
 *   most three bytes and two accesses;
 * - a sequential fetch, as every other record is, comes first and looks at nothing else;
 * - an address that is UNSET is in the last byte of its page, so that it needs no look of its own
 *   where nothing is added to it.
 *
 * @param room the batch length from which on no further record is started.
 * @param stop the record of the block before which to stop.
 */
export function decodeUsualOps(
  cursor: RecordCursor,
  batch: AccessBatch,
  room: number,
  stop: number,
): void {
  const { payload, predictions, registers, end } = cursor;
  const { addresses, info } = batch;
  const infos = INFOS;
  let { at, record, sequential, place } = cursor;
  let length = batch.length;
  for (;;) {
    const whole = at < end ? Math.max(1, ((end - at) / 3) | 0) : 0;
    let left = Math.min(stop - record, (room - length + 1) >> 1, whole) | 0;
    if (left <= 0) break;
    record += left;
    for (; left > 0; left--) {
      const op = payload[at]!;
      const word = infos[op]!;
      const size = word >>> 3;
      if (op < 0x10) {
        if ((sequential & 0xfff) + size >= 0x1000) break;
        at++;
        addresses[length] = sequential;
        info[length] = word;
        length++;
        place = (sequential ^ (sequential >>> 10)) & 0xfff;
        sequential = (sequential + size) | 0;
        continue;
      }
      const mode = op & 0x30;
      let address = predictions[place]!;
      if (op >= 0x40) {
        if (mode !== 0) {
          let base = address;
          if (mode === 0x10) address = (base + ((payload[at + 1]! << 24) >> 24)) | 0;
          else if (mode === 0x20) {
            const low = payload[at + 1]!;
            base = registers[low & 15]!;
            address = (base + (((payload[at + 2]! << 24) >> 20) | (low >>> 4))) | 0;
          } else break;
          if (((address ^ base) & -0x400000) !== 0 || base === -1) break;
          if ((address & 0xfff) + size >= 0x1000) break;
          if (mode === 0x20) registers[payload[at + 1]! & 15] = address;
          predictions[place] = address;
          at += mode >>> 4;
        } else if ((address & 0xfff) + size >= 0x1000) break;
        place = (place + 1031) & 0xfff;
        // Both accesses of a modify, the second of which the next record overwrites if it was none.
        addresses[length] = address;
        addresses[length + 1] = address;
        info[length] = word;
        info[length + 1] = (word & -4) | 2;
        length += 1 + ((op >>> 6) & (op >>> 7));
      } else {
        if (mode !== 0x10) {
          if (mode !== 0x20) break;
          address = (sequential + (((payload[at + 2]! << 24) >> 16) | payload[at + 1]!)) | 0;
          if (((address ^ sequential) & -0x400000) !== 0 || sequential === -1) break;
          if ((address & 0xfff) + size >= 0x1000) break;
          predictions[place] = address;
          at += 2;
        } else if ((address & 0xfff) + size >= 0x1000) break;
        place = (address ^ (address >>> 10)) & 0xfff;
        addresses[length] = address;
        info[length] = word;
        length++;
        sequential = (address + size) | 0;
      }
      at++;
    }
    record -= left;
    if (left > 0) break;
  }
  batch.length = length;
  cursor.at = at;
  cursor.record = record;
  cursor.sequential = sequential;
  cursor.place = place;
}
