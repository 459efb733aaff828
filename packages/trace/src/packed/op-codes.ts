// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessKind, INFO_SIZE_SHIFT } from '../access-batch.js';
import { MAX_ACCESS_BYTES } from '../lackey-record.js';
import { MODIFY } from '../lackey-tables.js';

/**
 * The first byte of a packed record.
 *
 *     7 ... 6 | 5 ... 4 | 3 ....... 0
 *      kind   |  mode   | size's code
 *
 * `kind` is AccessKind or MODIFY. A size's code is an index of FETCH_SIZES or DATA_SIZES; with code
 * ESCAPE the size follows in two bytes.
 */
export const KIND_SHIFT = 6;
export const MODE_MASK = 0x30;
const SIZE_CODE_MASK = 0x0f;
const ESCAPE = 0;

/** Where a fetch is. */
export const FetchMode = {
  /** Just behind the fetch before it. */
  sequential: 0x00,
  /** Where the prediction says. */
  predicted: 0x10,
  /** So many bytes (16 bits, signed) from just behind the fetch before it. */
  near: 0x20,
  /** At an absolute address. */
  absolute: 0x30,
} as const;

/** Where any other access is. */
export const DataMode = {
  /** Where the prediction says. */
  predicted: 0x00,
  /** So many bytes (8 bits, signed) from the prediction. */
  close: 0x10,
  /** So many bytes (bits 4 to 15, signed) from an address register (bits 0 to 3), which it sets. */
  register: 0x20,
  /** At an absolute address; then the register (1 byte) that it sets. */
  absolute: 0x30,
} as const;

/** Address registers. */
export const REGISTERS = 16;

/** By a size's code: bytes. */
const FETCH_SIZES = [ESCAPE, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] as const;
const DATA_SIZES = [ESCAPE, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 28, 32, 64, 512] as const;

/**
 * By op: the info word of its access (of a modify: of the load). With an escaped size it says 4096,
 * the one size that no fast path can take.
 */
export const OP_INFO: Uint16Array = opInfos();

/** By access kind and size: the low bits of the op, which are ESCAPE where the size has no code. */
const FETCH_CODES = sizeCodes(FETCH_SIZES);
const DATA_CODES = sizeCodes(DATA_SIZES);

/** The code of a size. */
export function sizeCode(kind: number, size: number): number {
  return (kind === AccessKind.fetch ? FETCH_CODES : DATA_CODES)[size]!;
}

/** Whether the size follows the op. */
export function isEscaped(op: number): boolean {
  return (op & SIZE_CODE_MASK) === ESCAPE;
}

function opInfos(): Uint16Array {
  return Uint16Array.from({ length: 256 }, (_, op) => {
    const kind = op >>> KIND_SHIFT;
    const sizes = kind === AccessKind.fetch ? FETCH_SIZES : DATA_SIZES;
    const size = isEscaped(op) ? MAX_ACCESS_BYTES : sizes[op & SIZE_CODE_MASK]!;
    return (size << INFO_SIZE_SHIFT) | (kind === MODIFY ? AccessKind.load : kind);
  });
}

function sizeCodes(sizes: readonly number[]): Uint8Array {
  const codes = new Uint8Array(MAX_ACCESS_BYTES + 1).fill(ESCAPE);
  for (const [code, size] of sizes.entries()) if (code !== ESCAPE) codes[size] = code;
  return codes;
}
