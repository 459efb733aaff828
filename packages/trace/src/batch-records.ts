// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessKind, INFO_CONTINUATION, INFO_SIZE_SHIFT } from './access-batch.js';
import type { AccessBatch } from './access-batch.js';
import { MODIFY } from './lackey-tables.js';

const PAGE_BYTES = 4096;

/** How many of an access's bytes are in its first page. */
export function bytesInFirstPage(address: number, size: number): number {
  return Math.min(size, PAGE_BYTES - (address & (PAGE_BYTES - 1)));
}

/**
 * Writes the accesses of a record: one for each page, and for a modify the loads, then the stores.
 *
 * @param at where to, in the batch; whoever adds them sets the batch's length to what is returned.
 * @param kind AccessKind or MODIFY.
 * @param first where it is in the guest.
 * @param here its bytes in the first page.
 * @param second where the bytes in the second page are, if there are any.
 * @returns the place behind them.
 */
export function writeRecord(
  batch: AccessBatch,
  at: number,
  kind: number,
  size: number,
  first: number,
  here: number,
  second: number,
): number {
  if (kind !== MODIFY) return writeAccess(batch, at, kind, size, first, here, second);
  const behind = writeAccess(batch, at, AccessKind.load, size, first, here, second);
  return writeAccess(batch, behind, AccessKind.store, size, first, here, second);
}

function writeAccess(
  batch: AccessBatch,
  at: number,
  kind: number,
  size: number,
  first: number,
  here: number,
  second: number,
): number {
  const { addresses, info } = batch;
  addresses[at] = first;
  info[at] = (here << INFO_SIZE_SHIFT) | kind;
  if (here === size) return at + 1;
  addresses[at + 1] = second;
  info[at + 1] = ((size - here) << INFO_SIZE_SHIFT) | INFO_CONTINUATION | kind;
  return at + 2;
}
