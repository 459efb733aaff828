// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessKind, INFO_SIZE_SHIFT } from '../access-batch.js';
import { MAX_ACCESS_BYTES } from '../lackey-record.js';
import { MODIFY } from '../lackey-tables.js';

/**
 * What a packed load, store or modify is, in a byte.
 *
 *     7 ... 6 | 5 ... 0
 *      kind   | size's code
 *
 * `kind` is AccessKind or MODIFY. A size's code is an index of SIZES; ODD says that the record
 * is a packet of its own, and that its size follows its place.
 */
export const KIND_SHIFT = 6;
const SIZE_CODE_MASK = 0x3f;
const ODD = 0;

const SIZES = [
  ODD, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
  27, 28, 29, 30, 31, 32, 36, 40, 44, 48, 52, 56, 60, 64, 72, 80, 88, 96, 104, 108, 112, 120, 128, 160,
  192, 224, 256, 320, 384, 448, 512, 576, 768, 1024, 2048, 3072, 4096,
] as const; // prettier-ignore

/** By op: the info word of its access (of a modify: of the load); size 0 where the op is odd. */
export const OP_INFO: Uint16Array = Uint16Array.from({ length: 256 }, (_, op) => {
  const kind = op >>> KIND_SHIFT;
  return (
    (SIZES[op & SIZE_CODE_MASK]! << INFO_SIZE_SHIFT) | (kind === MODIFY ? AccessKind.load : kind)
  );
});

const CODES: Uint8Array = sizeCodes();

/** The op of a record; it is odd where its size has no code. */
export function opOf(kind: number, size: number): number {
  return (kind << KIND_SHIFT) | CODES[size]!;
}

/** The op of a record whose size follows its place. */
export function oddOp(kind: number): number {
  return kind << KIND_SHIFT;
}

export function isOdd(op: number): boolean {
  return (op & SIZE_CODE_MASK) === ODD;
}

function sizeCodes(): Uint8Array {
  const codes = new Uint8Array(MAX_ACCESS_BYTES + 1).fill(ODD);
  for (const [code, size] of SIZES.entries()) codes[size] = code;
  return codes;
}
