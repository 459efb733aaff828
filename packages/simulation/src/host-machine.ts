// SPDX-License-Identifier: GPL-2.0-or-later
import { switcherLayout, type SwitcherLayout } from '@lguest-sim/abi';
import { Bus, UnreliableBus, VirtualClock, type MachineInspector } from '@lguest-sim/bus';
import { CpuActor, CpuCore, type CpuActorSnapshot, type GuestCode } from '@lguest-sim/cpu';
import {
  SwitcherActor,
  SwitcherPages,
  WorldSwitch,
  type SwitcherPagesSnapshot,
  type SwitcherSnapshot,
} from '@lguest-sim/switcher';
import {
  HostMemory,
  PAGE_SIZE,
  pagingFormats,
  type HostMemorySnapshot,
  type PagingFormat,
} from '@lguest-sim/x86';
import type { SimulationConfig } from './config.js';
import { readInjections } from './inject/injections.js';
import { planGuests } from './guest-groups.js';
import { Random } from './random.js';

/** The host's part of a run as plain data. */
export interface HostMachineSnapshot {
  readonly clock: Float64Array;
  readonly sequence: number;
  /** Messages that each injected fault has counted; absent where none is injected. */
  readonly messageFaults?: readonly number[];
  readonly random: readonly number[];
  readonly memory: HostMemorySnapshot;
  readonly switcher: SwitcherPagesSnapshot;
  readonly lastVcpu: Int32Array;
  readonly cpus: readonly CpuActorSnapshot[];
  readonly switchers: readonly SwitcherSnapshot[];
}

/** Page numbers have 20 bits: host memory ends at 4 GiB. */
const MOST_FRAMES = 2 ** 20;

/** Frames that a guest can need beyond its memory: regs page, the Launcher's top table. */
const FRAMES_PER_GUEST = 2;

/** Shadow tables that a guest can need at most: 4 slots with a top and all its tables (facts, 9-20). */
const SHADOW_TABLES = { 'two-level': 4 * 1025, pae: 4 * (1 + 4 + 2048) } as const;

/** What all guests share: host memory, the Switcher's pages, the host CPUs, bus, clock and chance. */
export class HostMachine {
  readonly clock: VirtualClock;
  readonly bus: Bus;
  readonly random: Random;
  readonly memory: HostMemory;
  readonly format: PagingFormat;
  readonly layout: SwitcherLayout;
  readonly switcherPages: SwitcherPages;
  /** For each host CPU the vCPU whose state is in its state page (`lg_last_cpu`), or -1. */
  readonly lastVcpu: Int32Array;
  readonly cpus: readonly CpuActor[];
  readonly worldSwitches: readonly WorldSwitch[];
  private readonly switchers: readonly SwitcherActor[];

  constructor(
    config: SimulationConfig,
    codeOf: (guest: number) => GuestCode,
    inspect?: MachineInspector,
  ) {
    const { cpus, costs } = config;
    this.clock = new VirtualClock(cpus);
    const { messages } = readInjections(config);
    this.bus =
      messages.length === 0 ? new Bus(this.clock) : new UnreliableBus(this.clock, messages);
    this.random = new Random(config.seed);
    this.format = pagingFormats[config.paging];
    this.layout = switcherLayout(cpus);
    this.memory = new HostMemory(frameCount(config, this.layout));
    this.switcherPages = new SwitcherPages({ host: this.memory, layout: this.layout });
    this.lastVcpu = new Int32Array(cpus).fill(-1);
    const { bus, clock, layout, format, memory: host } = this;
    const watch = inspect === undefined ? {} : { inspect };
    const cores = Array.from(
      { length: cpus },
      (_, number) => new CpuCore({ number, host, format, layout, clock, costs, tlb: config.tlb }),
    );
    this.cpus = cores.map((core) => new CpuActor({ bus, core, codeOf, ...watch }));
    this.worldSwitches = cores.map(
      (processor, cpu) => new WorldSwitch({ host, layout, cpu, processor }),
    );
    this.switchers = this.worldSwitches.map(
      (core, cpu) => new SwitcherActor({ bus, clock, costs, cpu, core, ...watch }),
    );
  }

  /** Ends all subscriptions. */
  stop(): void {
    for (const actor of [...this.cpus, ...this.switchers]) actor.stop();
    this.bus.close();
  }

  snapshot(): HostMachineSnapshot {
    return {
      clock: this.clock.now.slice(),
      sequence: this.bus.sequence,
      ...(this.bus instanceof UnreliableBus && { messageFaults: this.bus.faultCounts() }),
      random: this.random.snapshot(),
      memory: this.memory.snapshot(),
      switcher: this.switcherPages.snapshot(),
      lastVcpu: this.lastVcpu.slice(),
      cpus: this.cpus.map((cpu) => cpu.snapshot()),
      switchers: this.switchers.map((switcher) => switcher.snapshot()),
    };
  }

  restore(snapshot: HostMachineSnapshot): void {
    this.clock.now.set(snapshot.clock);
    this.bus.restoreSequence(snapshot.sequence);
    if (this.bus instanceof UnreliableBus) {
      this.bus.restoreFaultCounts(snapshot.messageFaults ?? []);
    }
    this.random.restore(snapshot.random);
    this.memory.restore(snapshot.memory);
    this.switcherPages.restore(snapshot.switcher);
    this.lastVcpu.set(snapshot.lastVcpu);
    snapshot.cpus.forEach((cpu, index) => this.cpus[index]!.restore(cpu));
    snapshot.switchers.forEach((switcher, index) => this.switchers[index]!.restore(switcher));
  }
}

/** Most bytes of host memory that a machine can have in use. */
export function mostHostBytes(config: SimulationConfig): number {
  return frameCount(config, switcherLayout(config.cpus)) * PAGE_SIZE;
}

/**
 * Host frames for everything that can be in use at once. The operating system commits them as they
 * are touched, so this costs address space, not memory.
 */
function frameCount(config: SimulationConfig, layout: SwitcherLayout): number {
  const ofHost = SHADOW_TABLES[config.paging] + FRAMES_PER_GUEST;
  const reserved = 2 + layout.totalPages;
  const ofGuests = planGuests(config).reduce(
    (sum, { memoryBytes }) => sum + memoryBytes / PAGE_SIZE + ofHost,
    0,
  );
  return Math.min(MOST_FRAMES, reserved + ofGuests);
}
