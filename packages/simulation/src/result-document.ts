// SPDX-License-Identifier: GPL-2.0-or-later
import type { CpuCounters } from '@lguest-sim/cpu';
import type { SimulationConfig } from './config.js';

/** Version of the result document: the first number changes when a reader has to. */
export const RESULT_SCHEMA = 'lguest-sim/result/1';

/** How a run ended. */
export type RunStatus = 'finished' | 'interrupted' | 'failed';

/** Everything that is counted, over all host CPUs and guests. */
export interface Totals extends CpuCounters {
  /** Shadow leaf entries that `demand_page` filled. */
  shadowFills: number;
  /** Page faults that the host handed on to the guest kernel. */
  reflectedFaults: number;
  /** Hypercalls by name. */
  hypercalls: Readonly<Record<string, number>>;
  /** Round trips through the Switcher: entries into a guest, each with its exit. */
  worldSwitches: number;
  /** NEW_PGTABLE hypercalls that were carried out. */
  tableSwitches: number;
  /** Table switches that found their table in a slot. */
  slotHits: number;
  /** Table switches that took over a slot that had shadowed another table. */
  slotEvictions: number;
  /** Table switches that took a slot for the first time. */
  slotFills: number;
  /** Times that all of a guest's shadow tables were thrown away at once. */
  clearAlls: number;
  /** Guest entries that found the Switcher's two entries right. */
  switcherSkips: number;
  /** Guest entries that moved the Switcher's two entries: four entries written. */
  switcherTargetedRemaps: number;
  /** Guest entries that cleared every CPU's entries first. */
  switcherFullRemaps: number;
  /** Entries of shadow tables that these two wrote. */
  switcherEntries: number;
  /** Guest entries that copied all of the vCPU's descriptors: another CPU, or another vCPU ran here. */
  stateCopies: number;
  /** Times a vCPU ran on another host CPU than before. */
  migrations: number;
  /** Times a host CPU went offline. */
  cpusOffline: number;
  /** Times a vCPU had to leave a host CPU, or its queue, since that went offline. */
  evacuations: number;
  /** Interrupts delivered to guests. */
  interrupts: number;
  /** Virtual time at the end: the clock of the host CPU that is furthest on. */
  cycles: number;
}

/** What one host CPU did. */
export interface CpuResult extends CpuCounters {
  /** Number of the host CPU. */
  readonly cpu: number;
  /** Clock at the end, in cycles. */
  readonly cycles: number;
  /** Cycles with nothing to run. */
  readonly idleCycles: number;
  /** Cycles offline, up to when it came back last; while it is offline its clock stands. */
  readonly offlineCycles: number;
  /** Times it went offline. */
  readonly timesOffline: number;
  /** Entries into guests. */
  readonly worldSwitches: number;
}

/** A region of a trace that was moved below the guest kernel. */
export interface MovedRegionResult {
  /** First address in the trace and where it went, as hexadecimal text. */
  readonly from: string;
  /** Where it is in the guest, in hex. */
  readonly to: string;
  /** Its length. */
  readonly bytes: number;
}

/** What one process of a guest did. */
export interface ProcessResult {
  /** Its index in the guest, from 0. */
  readonly process: number;
  /** Name of its trace. */
  readonly trace: string;
  /** Process id as traced; of a plain trace 1. */
  readonly pid: number;
  /** Number of the process that forked it, or -1. */
  readonly parent: number;
  /** Accesses that it completed. */
  readonly accesses: number;
  /** Different 4 KiB pages that the process touched. */
  readonly pagesTouched: number;
  /** Faults in which the guest kernel gave the process a zero-filled page. */
  readonly demandZeroFaults: number;
  /** Stores to a page that another process shared: it got a copy. */
  readonly copyOnWriteBreaks: number;
  /** Stores to a read-only entry whose page was its own by then. */
  readonly copyOnWriteReuses: number;
  /** Children that it forked. */
  readonly forks: number;
  /** Pages taken from it whose entry was marked accessed. */
  readonly accessedPagesSeen: number;
  /** Pages taken from it whose entry was marked dirty. */
  readonly dirtyPagesSeen: number;
  /** Times the guest kernel switched to it. */
  readonly contextSwitches: number;
  /** System calls in the trace, by name; counted and passed over. */
  readonly systemCalls: Readonly<Record<string, number>>;
  /** Mixed from every value the process loaded: the same however the machine is set up. */
  readonly loadChecksum: string;
  /** `ready` while it has not ended; then how it ended. */
  readonly status: string;
  /** Why the guest kernel killed it, if it did. */
  readonly reason?: string;
  /** Regions of the trace that were moved below the guest kernel. */
  readonly moved: readonly MovedRegionResult[];
}

/** How a guest's vCPU got on with the host CPUs that it ran on. */
export interface MigrationResult {
  /** Entries into the guest; the three kinds of remap add up to it. */
  readonly worldSwitches: number;
  /** Times the vCPU went to another host CPU. */
  readonly migrations: number;
  /** Entries that had to copy the vCPU’s descriptors into the state page. */
  readonly stateCopies: number;
  /** Entries with nothing to change in the Switcher’s entries. */
  readonly switcherSkips: number;
  /** Entries that moved the two Switcher entries of one host CPU to another. */
  readonly switcherTargetedRemaps: number;
  /** Entries that wiped the Switcher entries of all host CPUs first. */
  readonly switcherFullRemaps: number;
  /** Switcher entries written by these. */
  readonly switcherEntries: number;
}

/** What one guest did. */
export interface GuestResult extends MigrationResult {
  /** Number of the guest. */
  readonly guest: number;
  /** Memory in bytes. */
  readonly memoryBytes: number;
  /** State of its kernel at the end: `off` if all went well. */
  readonly status: string;
  /** Its processes, by index. */
  readonly processes: readonly ProcessResult[];
}

/** A guest that the host killed. */
export interface KillResult {
  /** Number of the guest. */
  readonly guest: number;
  /** Why, in the original’s words. */
  readonly reason: string;
}

/** What a run returns: one JSON document. */
export interface ResultDocument {
  /** Version of this form. */
  readonly schema: typeof RESULT_SCHEMA;
  /** How the run ended. */
  readonly status: RunStatus;
  /** What was run, with the names of the inputs. */
  readonly config: SimulationConfig & { readonly traces: readonly string[] };
  /** Sums over host CPUs and guests. */
  readonly totals: Totals;
  /** By number. */
  readonly cpus: readonly CpuResult[];
  /** By number. */
  readonly guests: readonly GuestResult[];
  /** Guests that the host killed, by number. */
  readonly kills: readonly KillResult[];
}
