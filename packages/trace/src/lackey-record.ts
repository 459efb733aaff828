// SPDX-License-Identifier: GPL-2.0-or-later
import { RECORD_HEAD } from './lackey-tables.js';

/** Largest access that is accepted, in bytes: it reaches at most into the next page. */
export const MAX_ACCESS_BYTES = 4096;

const HEAD_BYTES = 3;
const MAX_ADDRESS_DIGITS = 16;
const MAX_SIZE_DIGITS = 4;
const COMMA = 0x2c;

/** By character: its value as a hexadecimal digit of either case, or -1. */
const DIGIT: Int8Array = digitValues();

/**
 * A record of any form: wide addresses, capitals, large sizes. One object is used for all records,
 * so that none is allocated.
 */
export class LackeyRecord {
  /** AccessKind, or MODIFY. */
  kind = 0;
  /** Bits 32 to 63 of the address, unsigned. */
  high = 0;
  /** Bits 0 to 31 of the address, unsigned. */
  low = 0;
  /** Bytes. */
  size = 0;

  /** Whether the line starts as a record does, and so must be one. */
  static isRecord(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start < HEAD_BYTES) return false;
    const second = bytes[start + 1]!;
    const head = bytes[start]! | (second << 8) | (bytes[start + 2]! << 16);
    return ((RECORD_HEAD[second]! ^ head) & 0xffffff) === 0;
  }

  /**
   * Reads the record in `start` to `end`, for which `isRecord` must be true.
   *
   * @returns null, or what was expected and is not there.
   */
  parse(bytes: Uint8Array, start: number, end: number): string | null {
    this.kind = RECORD_HEAD[bytes[start + 1]!]! >>> 24;
    const comma = this.#parseAddress(bytes, start + HEAD_BYTES, end);
    if (comma < 0) return `an address of 1 to ${MAX_ADDRESS_DIGITS} hexadecimal digits`;
    if (comma === end || bytes[comma] !== COMMA) return 'a comma and a size after the address';
    if (!this.#parseSize(bytes, comma + 1, end)) {
      return `a size of 1 to ${MAX_ACCESS_BYTES} bytes, in decimal, after the comma`;
    }
    return null;
  }

  /** Returns the index behind the address, or -1. */
  #parseAddress(bytes: Uint8Array, start: number, end: number): number {
    let high = 0;
    let low = 0;
    let at = start;
    for (; at < end; at++) {
      const digit = DIGIT[bytes[at]!]!;
      if (digit < 0) break;
      high = (high << 4) | (low >>> 28);
      low = (low << 4) | digit;
    }
    this.high = high >>> 0;
    this.low = low >>> 0;
    return at === start || at - start > MAX_ADDRESS_DIGITS ? -1 : at;
  }

  #parseSize(bytes: Uint8Array, start: number, end: number): boolean {
    if (end === start || end - start > MAX_SIZE_DIGITS) return false;
    let size = 0;
    for (let at = start; at < end; at++) {
      const digit = bytes[at]! - 0x30;
      if (digit < 0 || digit > 9) return false;
      size = size * 10 + digit;
    }
    this.size = size;
    return size >= 1 && size <= MAX_ACCESS_BYTES;
  }
}

function digitValues(): Int8Array {
  const values = new Int8Array(256).fill(-1);
  for (const digits of ['0123456789abcdef', '0123456789ABCDEF']) {
    for (const [value, digit] of [...digits].entries()) values[digit.charCodeAt(0)] = value;
  }
  return values;
}
