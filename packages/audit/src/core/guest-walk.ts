// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, indexAt, type GuestVirtual, type PagingFormat } from '@lguest-sim/x86';
import type { AuditedGuest } from './audited.js';

/** A leaf as a guest says it is. */
export interface GuestLeaf {
  readonly low: number;
  readonly high: number;
}

/**
 * The leaf of a guest's table for an address as its memory has it now, or undefined if there is none.
 *
 * @param gpgdir guest-physical address of the top level, of any alignment, as the original takes it
 */
export function walkGuest(
  { memory }: AuditedGuest,
  format: PagingFormat,
  gpgdir: number,
  address: GuestVirtual,
): GuestLeaf | undefined {
  let table = gpgdir;
  for (const level of format.levels) {
    const at = (table + indexAt(level, address) * format.entryBytes) >>> 0;
    const low = memory.readWord(at);
    const high = format.entryWordShift === 1 ? memory.readWord((at + 4) >>> 0) : 0;
    if ((low & Flag.present) === 0) return undefined;
    if (level === format.leaf) return { low, high };
    table = (low & 0xfffff000) >>> 0;
  }
  return undefined;
}
