// SPDX-License-Identifier: GPL-2.0-or-later
import { SECTIONS_BYTES } from './format.js';

/**
 * The columns of an ACCESSES payload: what is the same for all packets stands together, each number
 * at a multiple of its size, so that a reader looks at them where they lie (little-endian, as every
 * processor that runs JavaScript engines today).
 *
 *     page       | region | in it |      region 10 bits, page in the region 10 bits
 *     stretch    | start  |              region 10 bits, offset in the region 22 bits
 *     part       | size 13 bits | data 3 bits |
 *     packet's page  | page 13 bits | kinds 3 bits |
 *     place      | page of the packet 4 bits | offset in the page 12 bits |
 */
export interface Columns {
  /** Of each page that the block uses: region by its place in the list, and page within. */
  readonly pages: Uint32Array;
  /** Of each stretch: the address of its first fetch. */
  readonly stretchStarts: Uint32Array;
  /** Of each part of a stretch: bytes of the fetch, or 0 for none, and how many data records follow. */
  readonly parts: Uint16Array;
  /** Of each packet its pages, in the order of their last use: number, and `PageUse` of it. */
  readonly packetPages: Uint16Array;
  /** Of each packet its stretches, by number. */
  readonly uses: Uint16Array;
  /** Of each data record: where it is. */
  readonly places: Uint16Array;
  /** Of each stretch: how many parts. */
  readonly stretchParts: Uint8Array;
  /** Of each packet: how many pages, uses, fetches, fetches in two pages, and data records. */
  readonly pageCounts: Uint8Array;
  readonly useCounts: Uint8Array;
  readonly fetchCounts: Uint8Array;
  readonly continuedCounts: Uint8Array;
  readonly dataCounts: Uint8Array;
  /** Of each packet: how many of its data records are modifies. */
  readonly modifyCounts: Uint8Array;
  /** Of each data record: its op. */
  readonly ops: Uint8Array;
}

export const PART_DATA_BITS = 3;
export const MAX_PART_DATA = 7;

/** Columns in the order in which they stand, with the bytes of a number and whose length it shares. */
const LAYOUT = [
  ['pages', 4, 0],
  ['stretchStarts', 4, 1],
  ['parts', 2, 2],
  ['packetPages', 2, 3],
  ['uses', 2, 4],
  ['places', 2, 5],
  ['stretchParts', 1, 1],
  ['pageCounts', 1, 6],
  ['useCounts', 1, 6],
  ['fetchCounts', 1, 6],
  ['continuedCounts', 1, 6],
  ['dataCounts', 1, 6],
  ['modifyCounts', 1, 6],
  ['ops', 1, 7],
] as const satisfies readonly (readonly [keyof Columns, 1 | 2 | 4, number])[];

const LENGTHS = 8;
const FIRST_LENGTH = 12;
const VIEWS = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array } as const;

/** Numbers to be put in columns. */
export type ColumnNumbers = { readonly [Name in keyof Columns]: readonly number[] };

/** Bytes that all columns take. */
export function columnBytes(numbers: ColumnNumbers): number {
  return LAYOUT.reduce((sum, [name, size]) => sum + size * numbers[name].length, 0);
}

/** Puts the lengths and the columns into a payload; returns where the columns end. */
export function putColumns(payload: Uint8Array, numbers: ColumnNumbers): number {
  const view = new DataView(payload.buffer, payload.byteOffset);
  let at = SECTIONS_BYTES;
  for (const [name, size, length] of LAYOUT) {
    view.setUint32(FIRST_LENGTH + 4 * length, numbers[name].length, true);
    for (const number of numbers[name]) {
      if (size === 4) view.setUint32(at, number, true);
      else if (size === 2) view.setUint16(at, number, true);
      else view.setUint8(at, number);
      at += size;
    }
  }
  return at;
}

/**
 * The columns of a payload, where they lie.
 *
 * @returns them and where they end, or undefined if they do not fit in so many bytes.
 */
export function columnsOf(
  payload: Uint8Array,
  bytes: number,
): { columns: Columns; end: number } | undefined {
  const view = new DataView(payload.buffer, payload.byteOffset);
  const lengths = Array.from({ length: LENGTHS }, (_, index) =>
    view.getUint32(FIRST_LENGTH + 4 * index, true),
  );
  const needed = LAYOUT.reduce((sum, [, size, length]) => sum + size * lengths[length]!, 0);
  if (SECTIONS_BYTES + needed > bytes) return undefined;
  const columns: Partial<Record<keyof Columns, Uint8Array | Uint16Array | Uint32Array>> = {};
  let at = SECTIONS_BYTES;
  for (const [name, size, length] of LAYOUT) {
    columns[name] = new VIEWS[size](
      payload.buffer as ArrayBuffer,
      payload.byteOffset + at,
      lengths[length],
    );
    at += size * lengths[length]!;
  }
  return { columns: columns as unknown as Columns, end: at };
}
