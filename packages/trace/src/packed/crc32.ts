// SPDX-License-Identifier: GPL-2.0-or-later

/** The polynomial of gzip, PNG and Ethernet, reflected. */
const POLYNOMIAL = 0xedb88320;

/** What a platform has that reckons it itself: Node, from 20.16 on. */
interface Platform {
  readonly process?: {
    getBuiltinModule?(name: string): {
      crc32?: (this: void, bytes: Uint8Array, seed?: number) => number;
    };
  };
}

const native = (globalThis as Platform).process?.getBuiltinModule?.('node:zlib').crc32;

/** Tables for eight bytes at once: row k is for a byte that k more bytes follow. */
const TABLES: Int32Array = crcTables();

/**
 * CRC-32 as gzip and PNG have it: the platform's, or else our own.
 *
 * @param seed what the bytes before came to; 0 for none.
 * @returns 32 bits, signed.
 */
export function crc32(bytes: Uint8Array, start: number, end: number, seed = 0): number {
  // zlib answers 0 for no bytes, whatever the seed.
  if (native === undefined || start === end) return portableCrc32(bytes, start, end, seed);
  return native(bytes.subarray(start, end), seed >>> 0) | 0;
}

/** The same anywhere: eight bytes a turn. */
export function portableCrc32(bytes: Uint8Array, start: number, end: number, seed = 0): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables = TABLES;
  let crc = ~seed;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    const low = crc ^ view.getInt32(at, true);
    const high = view.getInt32(at + 4, true);
    crc =
      tables[0x700 + (low & 0xff)]! ^
      tables[0x600 + ((low >>> 8) & 0xff)]! ^
      tables[0x500 + ((low >>> 16) & 0xff)]! ^
      tables[0x400 + (low >>> 24)]! ^
      tables[0x300 + (high & 0xff)]! ^
      tables[0x200 + ((high >>> 8) & 0xff)]! ^
      tables[0x100 + ((high >>> 16) & 0xff)]! ^
      tables[high >>> 24]!;
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ tables[(crc ^ bytes[at]!) & 0xff]!;
  return ~crc;
}

function crcTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[byte] = crc;
  }
  for (let at = 256; at < tables.length; at++) {
    const before = tables[at - 256]!;
    tables[at] = (before >>> 8) ^ tables[before & 0xff]!;
  }
  return tables;
}
