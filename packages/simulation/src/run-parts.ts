// SPDX-License-Identifier: GPL-2.0-or-later
import type { SwitcherLayout } from '@lguest-sim/abi';
import type { VirtualClock } from '@lguest-sim/bus';
import type { CpuActor } from '@lguest-sim/cpu';
import type { VcpuCore } from '@lguest-sim/hypervisor';
import type { LauncherMemory } from '@lguest-sim/launcher';
import type { ShadowMmu } from '@lguest-sim/mmu-host';
import type { SwitcherPages, WorldSwitch } from '@lguest-sim/switcher';
import type { MovedRegion } from '@lguest-sim/trace';
import type { HostMemory, PagingFormat } from '@lguest-sim/x86';
import type { SimulationConfig } from './config.js';
import type { GuestProgram } from './guest-program.js';

/** What all guests share. */
export interface HostParts {
  /** The clock of each host CPU, in cycles. */
  readonly clock: VirtualClock;
  /** Host physical memory: every table and page of the machine, as bytes. */
  readonly memory: HostMemory;
  /** Two-level or PAE, for the whole machine. */
  readonly format: PagingFormat;
  /** Where the Switcher’s pages are mapped. */
  readonly layout: SwitcherLayout;
  /** The Switcher’s pages. */
  readonly switcherPages: SwitcherPages;
  /** For each host CPU the vCPU whose state is in its state page (`lg_last_cpu`), or -1. */
  readonly lastVcpu: Int32Array;
  /** The host CPUs, by number. */
  readonly cpus: readonly CpuActor[];
  /** For each host CPU what goes from host to guest and back there. */
  readonly worldSwitches: readonly WorldSwitch[];
}

/** What belongs to one guest. */
export interface GuestParts {
  /** Number of the guest, from 0. */
  readonly guest: number;
  /** The Launcher’s memory, which the guest takes for its physical memory. */
  readonly memory: LauncherMemory;
  /** Its shadow tables. */
  readonly mmu: ShadowMmu;
  /** The host’s run loop for its one vCPU. */
  readonly vcpu: VcpuCore;
  /** The guest kernel, or what runs in its place. */
  readonly kernel: GuestProgram;
  /** Its memory in bytes. */
  readonly memoryBytes: number;
  /** State of the guest kernel’s machine: booting, kernel, user, halted, panicked or off. */
  readonly state: string;
  /** Whether it has ended, and has given back what it had. */
  readonly isDead: boolean;
}

/** How vCPUs came to run where they ran. */
export interface SchedulerParts {
  /** For each guest how often its vCPU went to another host CPU. */
  readonly migrations: readonly number[];
  /** vCPUs that had to leave a host CPU because it went offline. */
  readonly evacuations: number;
}

/** What host CPUs did while they ran nothing, by number. */
export interface IdleParts {
  /** Cycles each had nothing to run. */
  readonly idleCycles: readonly number[];
  /** Cycles each was offline before it came back. */
  readonly offlineCycles: readonly number[];
  /** Times each went offline. */
  readonly timesOffline: readonly number[];
}

/** How the traces of one guest’s processes are read. */
export interface FeedParts {
  /** Regions of a process’s trace that were moved below the guest kernel so far. */
  movedOf(process: number): readonly MovedRegion[];
}

/** The parts of a machine while it runs, to be looked at and not changed. */
export interface RunParts {
  /** How the machine was made. */
  readonly config: SimulationConfig;
  /** Names of the inputs. */
  readonly traces: readonly string[];
  /** What all guests share. */
  readonly host: HostParts;
  /** How vCPUs came to run where they ran. */
  readonly scheduler: SchedulerParts;
  /** What host CPUs did while they ran nothing. */
  readonly hostActor: IdleParts;
  /** The guests, by number. */
  readonly guests: readonly GuestParts[];
  /** For each guest how the traces of its processes are read. */
  readonly feeds: readonly FeedParts[];
}
