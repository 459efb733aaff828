// SPDX-License-Identifier: GPL-2.0-or-later

/** What things cost, in cycles of a host CPU. The defaults say where each comes from. */
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
  /** Copying a vCPU's whole IDT and GDT into a host CPU's state page. */
  readonly stateCopy: number;
  /** One entry of the Switcher's that is written in a shadow table, the way to it included. */
  readonly remapEntry: number;
  /** A trap that stays in the guest, or an `iret`. */
  readonly directTrap: number;
  /** Clearing one page. */
  readonly pageClear: number;
  /** Copying one page. */
  readonly pageCopy: number;
}

/**
 * Most of these were chosen and not measured: they are to keep the right order between things, on a
 * 32-bit x86 of lguest's time (2007 to 2015), and not to predict seconds. What was published is named.
 */
export const defaultCosts: CostModel = {
  // Chosen: the unit. Accesses that hit are pipelined, so one completes in about a cycle.
  access: 1,
  // Chosen, a little above the latency of a level-2 cache, which holds most tables that are in use:
  // 12 cycles on an Intel i7-3770 (7-cpu.com, "Intel Ivy Bridge"); 11 to 15 on Core 2 by CPU-Z and
  // ScienceMark (review of the QX9650, 2007).
  walkLevel: 16,
  // Chosen: a trap through a gate or an iret, one CR3 load, two descriptor tables, a task register and
  // 17 registers, each of the first four dozens to some hundreds of cycles. A round trip is 1,200.
  worldSwitch: 600,
  // Chosen: a C loop of a few hundred instructions, with interrupts switched off and on again.
  exitHandling: 200,
  // Chosen: five words copied, a switch statement, a handler without the shadow MMU's work.
  hypercall: 150,
  // Chosen: two or three guest entries read, get_user_pages_fast on one page, one shadow entry
  // written, the guest's entry written back; about twice the run loop's own work.
  demandPage: 400,
  // Chosen: 29 gates and 28 descriptors, eight bytes each, a few cycles for one; facts sheet, section 2.
  stateCopy: 200,
  // Chosen: the two or three reads of the way down, two of which were read just before, and a store.
  remapEntry: 12,
  // Chosen: a gate or an iret between rings, which stores or loads five words and checks descriptors.
  directTrap: 120,
  // Chosen: 8 bytes a cycle, which `rep stosl` comes to where lines are in a cache.
  pageClear: 512,
  // Chosen: as for clearing, with a load for each store.
  pageCopy: 1024,
};
