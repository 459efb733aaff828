// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, NO_EXECUTE_HIGH, TABLE_FLAGS } from './flags.js';

/** One level of page tables. */
export interface PagingLevel {
  /** Which one. */
  readonly name: 'top' | 'middle' | 'leaf';
  /** Bit of the virtual address at which this level's index starts. */
  readonly shift: number;
  /** Entries in a table of this level, a power of two. */
  readonly entries: number;
  /** Whether the level's entries carry rights and accessed bits (PAE's top level does not). */
  readonly hasRights: boolean;
  /** Flags (bits 0 to 11) that a guest may set in an entry that points to a further table. */
  readonly tableFlags: number;
}

/**
 * A paging format: everything the shadow MMU, the walker and the guest kernel need to know to treat
 * two-level paging and PAE alike.
 */
export interface PagingFormat {
  /** Which one. */
  readonly name: 'two-level' | 'pae';
  /** log2 of the 32-bit words in an entry: 0 (4 bytes) or 1 (8 bytes). */
  readonly entryWordShift: 0 | 1;
  /** Bytes of an entry. */
  readonly entryBytes: 4 | 8;
  /** High word of an entry that forbids execution, signed; 0 where the format has no such bit. */
  readonly noExecuteHigh: number;
  /** From the top level down to the leaf level. */
  readonly levels: readonly PagingLevel[];
  /** The level that CR3 points to. */
  readonly top: PagingLevel;
  /** The level whose entries map pages. */
  readonly leaf: PagingLevel;
  /** The middle level, under PAE. */
  readonly middle: PagingLevel | undefined;
}

function format(
  name: PagingFormat['name'],
  entryWordShift: 0 | 1,
  levels: readonly PagingLevel[],
): PagingFormat {
  return {
    name,
    entryWordShift,
    entryBytes: entryWordShift === 0 ? 4 : 8,
    noExecuteHigh: entryWordShift === 0 ? 0 : NO_EXECUTE_HIGH,
    levels,
    top: levels[0]!,
    leaf: levels[levels.length - 1]!,
    middle: levels.length === 3 ? levels[1] : undefined,
  };
}

const leafFlags = 0;

/** Two-level paging: 10 + 10 + 12 bits, entries of 4 bytes. */
export const twoLevel: PagingFormat = format('two-level', 0, [
  { name: 'top', shift: 22, entries: 1024, hasRights: true, tableFlags: TABLE_FLAGS },
  { name: 'leaf', shift: 12, entries: 1024, hasRights: true, tableFlags: leafFlags },
]);

/** PAE: 2 + 9 + 9 + 12 bits, entries of 8 bytes; the top level has a present bit and nothing else. */
export const pae: PagingFormat = format('pae', 1, [
  { name: 'top', shift: 30, entries: 4, hasRights: false, tableFlags: Flag.present },
  { name: 'middle', shift: 21, entries: 512, hasRights: true, tableFlags: TABLE_FLAGS },
  { name: 'leaf', shift: 12, entries: 512, hasRights: true, tableFlags: leafFlags },
]);

/** The formats by the name that options and documents use. */
export const pagingFormats: Readonly<Record<PagingFormat['name'], PagingFormat>> = {
  'two-level': twoLevel,
  pae,
};

/** Index of a virtual address in a table of the given level. */
export function indexAt(level: PagingLevel, vaddr: number): number {
  return (vaddr >>> level.shift) & (level.entries - 1);
}
