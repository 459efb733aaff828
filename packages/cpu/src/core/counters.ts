// SPDX-License-Identifier: GPL-2.0-or-later

/** What a host CPU counts. See `brokenLaws` for what holds between the figures. */
export interface CpuCounters {
  /** Completed accesses of user mode: fetches, loads and stores, each part of one that crosses a page. */
  accesses: number;
  /** Fetches of user mode but for second parts: instructions executed. */
  instructions: number;
  /** Instruction fetches of processes. */
  fetches: number;
  /** Loads of processes. */
  loads: number;
  /** Stores of processes. */
  stores: number;
  /** Completed accesses of the guest kernel; `fill` and `copyPage` count each word. */
  kernelAccesses: number;
  /** Completed translations for the CPU's or the Switcher's own use: gates, TSS, pushes and pops. */
  hardwareAccesses: number;
  /** Look-ups that the TLB answered. */
  tlbHits: number;
  /** Look-ups that took a page walk. */
  tlbMisses: number;
  /** Page walks, those that ended in a fault included. */
  pageWalks: number;
  /** Page walks that ended in a fault. */
  pageFaults: number;
}

/** Counters at zero. */
export function noCounts(): CpuCounters {
  return {
    accesses: 0,
    instructions: 0,
    fetches: 0,
    loads: 0,
    stores: 0,
    kernelAccesses: 0,
    hardwareAccesses: 0,
    tlbHits: 0,
    tlbMisses: 0,
    pageWalks: 0,
    pageFaults: 0,
  };
}

/** The names of the counters, in the order in which results list them. */
export const cpuCounterNames = Object.keys(noCounts()) as readonly (keyof CpuCounters)[];

/**
 * The laws that counters break, as sentences; none, unless there is a bug. They hold whenever the
 * CPU is not in the middle of `run`, and for sums of counters as well.
 */
export function brokenLaws(counters: CpuCounters): string[] {
  const c = counters;
  const broken: string[] = [];
  const equal = (left: number, right: number, law: string): void => {
    if (left !== right) broken.push(`${law}: ${left} is not ${right}`);
  };
  equal(
    c.accesses + c.kernelAccesses + c.hardwareAccesses,
    c.tlbHits + c.pageWalks - c.pageFaults,
    'every completed access hit the TLB or followed a walk that found its page',
  );
  equal(c.tlbMisses, c.pageWalks, 'every TLB miss is a walk');
  equal(c.accesses, c.fetches + c.loads + c.stores, 'an access is a fetch, a load or a store');
  if (c.instructions > c.fetches)
    broken.push(`instructions ${c.instructions} > fetches ${c.fetches}`);
  return broken;
}
