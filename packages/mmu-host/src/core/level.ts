// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, type PagingFormat, type Pfn } from '@lguest-sim/x86';

const RIGHTS = Flag.writable | Flag.user;

/**
 * One level of a paging format, with its numbers as the walks need them. The levels are a chain from
 * the top to the leaf, and a walk goes along it: so two-level paging and PAE are one code path, and
 * each step costs a shift and a mask.
 */
export class Level {
  /** Depth from the top, which is 0. */
  readonly depth: number;
  /** The level below; undefined for the leaf level. */
  readonly next: Level | undefined;
  /** Entries in a table. */
  readonly entries: number;
  /** Flags that a guest may set in a directory entry; what an entry of the host's own gets. */
  readonly tableFlags: number;
  /**
   * Flags of a directory entry that give rights: RW and USER, or none. None either where the leaf's
   * alone count, as in the original (`directoryRightsIgnored`).
   */
  readonly rights: number;
  private readonly shift: number;
  private readonly mask: number;

  constructor(format: PagingFormat, depth: number, rightsCount: boolean) {
    const level = format.levels[depth]!;
    this.depth = depth;
    this.next =
      depth + 1 < format.levels.length ? new Level(format, depth + 1, rightsCount) : undefined;
    this.entries = level.entries;
    this.tableFlags = level.tableFlags;
    this.rights = rightsCount && level.hasRights ? RIGHTS : 0;
    // Shifted by that much less, the index comes out multiplied by the words in an entry.
    this.shift = level.shift - format.entryWordShift;
    this.mask = (level.entries - 1) << format.entryWordShift;
  }

  /** The leaf level, at the end of the chain. */
  last(): Level {
    return this.next === undefined ? this : this.next.last();
  }

  /** Offset of a virtual address's entry in a table of this level, in 32-bit words. */
  wordOffset(vaddr: number): number {
    return (vaddr >>> this.shift) & this.mask;
  }

  /**
   * H:320 Where an entry of a shadow table is (`spgd_addr`, `spmd_addr`, `spte_addr`).
   *
   * @param table host page number of a table of this level
   * @param vaddr virtual address in bytes, signed
   * @returns index of the entry's low word in `HostMemory.words`
   */
  shadowEntry(table: Pfn, vaddr: number): number {
    return (table << 10) | ((vaddr >>> this.shift) & this.mask);
  }

  /**
   * H:320 Guest-physical address of an entry of a guest table (`gpgd_addr`, `gpmd_addr`,
   * `gpte_addr`), modulo 2^32.
   *
   * @param table guest-physical address of the table, signed; under PAE its low 32 bits
   * @param vaddr virtual address in bytes, signed
   * @returns guest-physical address in bytes, signed
   */
  guestEntry(table: number, vaddr: number): number {
    return (table + (((vaddr >>> this.shift) & this.mask) << 2)) | 0;
  }
}
