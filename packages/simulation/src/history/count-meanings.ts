// SPDX-License-Identifier: GPL-2.0-or-later
import type { CpuCounters } from '@lguest-sim/cpu';
import type { CpuResult, ProcessResult, Totals } from '../result-document.js';

/** For each name what is counted under it. */
export type Meanings<Names extends string> = Readonly<Record<Names, string>>;

/** What each count of a host CPU means, in the order in which results list them. */
export const cpuCountMeanings: Meanings<keyof CpuCounters> = {
  accesses:
    'accesses of the traces that completed. A line is one, an `M` line two (load, then store), and an access that crosses a page counts once for each page',
  instructions:
    '`I` lines of the traces. One that crosses a page is one instruction and two fetches',
  fetches: 'accesses that fetch an instruction',
  loads: 'accesses that load',
  stores: 'accesses that store',
  kernelAccesses: "accesses that the guest kernels' own code made",
  hardwareAccesses:
    "translations that the CPU needed for itself: interrupt gates, the task state's stack, what a trap pushes, the registers that the Switcher loads",
  tlbHits: 'translations that the TLB held, with all rights that were needed',
  tlbMisses: 'translations that it did not hold, or not with these rights',
  pageWalks: 'walks of the hardware through the tables',
  pageFaults: 'walks that ended in a page fault; the access is tried again after it',
};

/** What each count of the host's work for its guests means. */
export const hostCountMeanings: Meanings<Exclude<keyof Totals, keyof CpuCounters>> = {
  shadowFills: 'shadow leaf entries that the shadow MMU filled on a page fault',
  reflectedFaults: "page faults that were the guest's own, and were handed to its kernel",
  hypercalls: 'hypercalls by name, such as `SET_PTE`; the names in order of the alphabet',
  worldSwitches: 'entries into a guest through the Switcher, each with its way back',
  tableSwitches: '`NEW_PGTABLE` hypercalls that were carried out',
  slotHits: "table switches that found the guest's table shadowed in a slot",
  slotEvictions: 'table switches that took over the slot of another table',
  slotFills: 'table switches that took a slot which was empty',
  clearAlls:
    "times that all of a guest's shadow tables were thrown away: by LGUEST_INIT, FLUSH_TLB of the kernel's part (kmap), and SET_PMD. What the original's author calls slow",
  switcherSkips: "guest entries that found the Switcher's pages mapped for this CPU",
  switcherTargetedRemaps:
    "guest entries that knew on which CPU the table was used last, and changed only that CPU's entries and this one's",
  switcherFullRemaps: 'guest entries that did not know, and cleared the entries of every CPU',
  switcherEntries:
    'entries of shadow tables that these two wrote: 4 by a targeted remap, two for every CPU and 2 by a full one',
  stateCopies:
    "guest entries that copied the vCPU's whole IDT and GDT to the CPU, since another vCPU ran there or this one ran elsewhere",
  cpusOffline: 'times that a host CPU went offline',
  evacuations: 'times that a vCPU had to leave a CPU or its queue since that went offline',
  migrations: 'times that a vCPU ran on another host CPU than the time before',
  interrupts: 'interrupts delivered to guests',
  cycles: 'virtual time at the end: the clock of the host CPU that is furthest on',
};

/** What every total means. */
export const totalMeanings: Meanings<keyof Totals> = { ...cpuCountMeanings, ...hostCountMeanings };

/** What a host CPU's own fields mean. */
export const cpuFieldMeanings: Meanings<Exclude<keyof CpuResult, keyof CpuCounters>> = {
  cpu: 'its number',
  cycles: 'its clock at the end',
  idleCycles: 'cycles of these in which it had nothing to run',
  offlineCycles: 'cycles of these in which it was offline; while it is, its clock stands',
  timesOffline: 'times that it went offline',
  worldSwitches: 'entries into a guest on this CPU',
};

/** What the fields of a process mean. */
export const processFieldMeanings: Meanings<keyof ProcessResult> = {
  process: 'its number; of the first ones it is that of the trace or tree',
  trace: "the trace's name as given; of a child its parent's, a slash and its own `pid`",
  pid: 'its process id in the tree',
  parent: 'number of the process that forked it, or -1',
  status:
    '`ready` while it has not ended; then `exit` (the traced program ended itself), `end-of-trace`, or `killed` by its guest kernel',
  reason: 'why its guest kernel killed it; absent if it did not',
  accesses: 'its accesses that completed',
  pagesTouched: 'different pages of 4 KiB that it touched',
  demandZeroFaults: 'faults in which its kernel gave it a page of zeros',
  copyOnWriteBreaks:
    'stores to a page that it shared after a fork, for which its kernel gave it a copy',
  copyOnWriteReuses:
    'stores to a page marked read-only at a fork that nobody else had any more: it kept the page',
  forks: 'children that it forked',
  accessedPagesSeen: 'pages taken from it that its kernel found marked accessed',
  dirtyPagesSeen: 'pages taken from it that its kernel found marked dirty',
  contextSwitches: 'times that its kernel switched to it',
  systemCalls: 'system calls of the trace by name: counted, and passed over',
  loadChecksum:
    'mixed from every value that it loaded, as hexadecimal text. It depends on the trace alone: a different one on another machine would be a defect of the simulator',
  moved:
    '`{from, to, bytes}` for each region of the trace that had to be moved below the guest kernel, the addresses as hexadecimal text',
};
