// SPDX-License-Identifier: GPL-2.0-or-later

/** What things cost, in cycles of a host CPU. */
export interface CostModel {
  /** A memory access that hits the TLB. */
  readonly access: number;
  /** One level of a page walk. */
  readonly walkLevel: number;
  /** The Switcher's way in or out: registers, descriptor tables and one CR3 load. */
  readonly worldSwitch: number;
  /** The host's run loop, once for each exit. */
  readonly exitHandling: number;
  /** One hypercall's own work, on top of the exit. */
  readonly hypercall: number;
  /** The shadow MMU's work on one demand-page request. */
  readonly demandPage: number;
  /** A trap that stays in the guest, or an `iret`. */
  readonly directTrap: number;
  /** Clearing one page. */
  readonly pageClear: number;
  /** Copying one page. */
  readonly pageCopy: number;
}

/**
 * Defaults. An access is the unit. A walk level is one read that mostly hits the L2 cache (Agner
 * Fog's tables: 12 to 20 cycles). The other figures are orders of magnitude for 32-bit x86 of
 * lguest's time: a trap with a CR3 load and its segment loads takes about a thousand cycles, of
 * which lguest's own documentation has the Switcher as the larger part; clearing 4096 bytes with
 * `rep stosl` at 8 bytes a cycle takes about 500 cycles, a copy twice that.
 */
export const defaultCosts: CostModel = {
  access: 1,
  walkLevel: 16,
  worldSwitch: 600,
  exitHandling: 200,
  hypercall: 150,
  demandPage: 400,
  directTrap: 120,
  pageClear: 512,
  pageCopy: 1024,
};
