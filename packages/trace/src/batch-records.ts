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
 * Adds the accesses of a record: one for each page, and for a modify the loads, then the stores.
 *
 * @param kind AccessKind or MODIFY.
 * @param first where it is in the guest.
 * @param here its bytes in the first page.
 * @param second where the bytes in the second page are, if there are any.
 */
export function pushRecord(
  batch: AccessBatch,
  kind: number,
  size: number,
  first: number,
  here: number,
  second: number,
): void {
  pushAccess(batch, kind === MODIFY ? AccessKind.load : kind, size, first, here, second);
  if (kind === MODIFY) pushAccess(batch, AccessKind.store, size, first, here, second);
}

function pushAccess(
  batch: AccessBatch,
  kind: number,
  size: number,
  first: number,
  here: number,
  second: number,
): void {
  const { addresses, info } = batch;
  addresses[batch.length] = first;
  info[batch.length++] = (here << INFO_SIZE_SHIFT) | kind;
  if (here === size) return;
  addresses[batch.length] = second;
  info[batch.length++] = ((size - here) << INFO_SIZE_SHIFT) | INFO_CONTINUATION | kind;
}
