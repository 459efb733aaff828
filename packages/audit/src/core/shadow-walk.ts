// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, frameWord, indexAt, type GuestVirtual, type Pfn } from '@lguest-sim/x86';
import type { AuditedHost } from './audited.js';
import type { TableEntry } from './violation.js';

const RIGHTS = Flag.writable | Flag.user;

/** What a walk of a slot's tables met, to look at. */
export interface ShadowWalk {
  /** Entries from the top on, up to the leaf or to the first that leads nowhere. */
  readonly entries: readonly TableEntry[];
  /** The leaf, if all tables on the way are there. */
  readonly leaf: TableEntry | undefined;
  /** RW and USER as far as all levels have them; 0 if the leaf is not present. */
  readonly rights: number;
}

/** Walks shadow tables as the CPU would, and changes nothing. */
export function walkShadow(
  { memory, format }: AuditedHost,
  slot: number,
  topPfn: Pfn,
  address: GuestVirtual,
): ShadowWalk {
  const entries: TableEntry[] = [];
  let table = topPfn;
  let rights = RIGHTS;
  for (const level of format.levels) {
    const index = indexAt(level, address);
    const word = frameWord(table) + (index << format.entryWordShift);
    const low = memory.words[word] ?? 0;
    const high = format.entryWordShift === 1 ? (memory.words[word + 1] ?? 0) : 0;
    entries.push({ slot, address, table, index, level: level.shift, low, high });
    const isPresent = (low & Flag.present) !== 0;
    if (level.hasRights) rights &= low;
    if (level === format.leaf) {
      const leaf = entries[entries.length - 1]!;
      return { entries, leaf, rights: isPresent ? rights : 0 };
    }
    table = low >>> 12;
    if (!isPresent || table >= memory.frameCount) break;
  }
  return { entries, leaf: undefined, rights: 0 };
}

/** Whether an entry is present. */
export function isPresent(entry: TableEntry | undefined): entry is TableEntry {
  return entry !== undefined && (entry.low & Flag.present) !== 0;
}

/** Host page that an entry leads to. */
export function pfnOf({ low }: TableEntry): Pfn {
  return low >>> 12;
}
