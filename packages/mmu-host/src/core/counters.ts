// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * What a shadow MMU has done since it was made. Laws: `tableSwitches` = `slotHits` +
 * `slotEvictions` + `slotFresh`; `shadowFills` <= `demandPages`.
 */
export interface MmuCounters {
  /** Look-ups for a fault, or for a stack page that was not mapped writable. */
  demandPages: number;
  /** Leaves that such a look-up put into a shadow table: the look-ups that succeeded. */
  shadowFills: number;
  /** Leaves that SET_PTE put into a shadow table, each slot counted. */
  setPteFills: number;
  /** NEW_PGTABLE calls. */
  tableSwitches: number;
  /** of which: the table had a slot. */
  slotHits: number;
  /** of which: it took a slot that had been in use. */
  slotEvictions: number;
  /** of which: it took a slot for the first time. */
  slotFresh: number;
  /** Guest entries for which the Switcher's leaves were right already. */
  switcherSkips: number;
  /** Guest entries that removed one host CPU's leaves and set another's. */
  switcherTargetedRemaps: number;
  /** Guest entries that removed every host CPU's leaves before setting one's. */
  switcherFullRemaps: number;
  /**
   * Entries written by those: 4 by a targeted remap, two for every host CPU and 2 by a full one.
   */
  switcherEntries: number;
  /** Times that all tables were thrown away. */
  clearAlls: number;
  /** Pages taken for shadow tables. */
  tablesAllocated: number;
  /** Pages of shadow tables given back. */
  tablesFreed: number;
}

export function newCounters(): MmuCounters {
  return {
    demandPages: 0,
    shadowFills: 0,
    setPteFills: 0,
    tableSwitches: 0,
    slotHits: 0,
    slotEvictions: 0,
    slotFresh: 0,
    switcherSkips: 0,
    switcherTargetedRemaps: 0,
    switcherFullRemaps: 0,
    switcherEntries: 0,
    clearAlls: 0,
    tablesAllocated: 0,
    tablesFreed: 0,
  };
}
