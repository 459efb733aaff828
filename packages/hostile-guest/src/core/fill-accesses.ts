// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessKind, INFO_SIZE_SHIFT, type AccessBatch } from '@lguest-sim/trace';
import { PAGE_SIZE } from '@lguest-sim/x86';
import type { ProcessAccess } from './operation.js';

/** Puts accesses into a batch in place of what it held. What would cross a page ends with it. */
export function fillAccesses(batch: AccessBatch, accesses: readonly ProcessAccess[]): void {
  batch.clear();
  for (const [kind, address, bytes] of accesses) {
    const size = Math.min(bytes, PAGE_SIZE - (address % PAGE_SIZE));
    batch.addresses[batch.length] = address;
    batch.info[batch.length] = (size << INFO_SIZE_SHIFT) | AccessKind[kind];
    batch.length++;
  }
}
