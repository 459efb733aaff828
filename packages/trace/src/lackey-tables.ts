// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessKind } from './access-batch.js';

/** In HEX_PAIR: the two bytes are no lower-case hexadecimal digits. */
export const NOT_HEX = 0x100;

/** In RECORD_HEAD, bits 24 to 31: an M record, a load and a store. */
export const MODIFY = 3;

/**
 * By two bytes of text, the first one the low byte as a little-endian load has it: their value as
 * two hexadecimal digits, or NOT_HEX. Only the digits' rows are ever touched: some 50 cache lines.
 */
export const HEX_PAIR: Uint16Array = hexPairs();

/**
 * By the second byte of a line: bits 0 to 23 are the three bytes that a record of that kind starts
 * with, bits 24 to 31 its access kind (or MODIFY). All ones where no record has such a byte.
 */
export const RECORD_HEAD: Int32Array = recordHeads();

function hexPairs(): Uint16Array {
  const pairs = new Uint16Array(0x10000).fill(NOT_HEX);
  const digits = [...'0123456789abcdef'].map((digit) => digit.charCodeAt(0));
  for (const [high, first] of digits.entries()) {
    for (const [low, second] of digits.entries()) pairs[first | (second << 8)] = (high << 4) | low;
  }
  return pairs;
}

function recordHeads(): Int32Array {
  const heads = new Int32Array(256).fill(-1);
  const define = (text: string, kind: number): void => {
    const [first, second, third] = [0, 1, 2].map((at) => text.charCodeAt(at)) as [
      number,
      number,
      number,
    ];
    heads[second] = first | (second << 8) | (third << 16) | (kind << 24);
  };
  define('I  ', AccessKind.fetch);
  define(' L ', AccessKind.load);
  define(' S ', AccessKind.store);
  define(' M ', MODIFY);
  return heads;
}
