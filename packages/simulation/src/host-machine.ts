// SPDX-License-Identifier: GPL-2.0-or-later
import { switcherLayout, type SwitcherLayout } from '@lguest-sim/abi';
import { Bus, UnreliableBus, VirtualClock, type MachineInspector } from '@lguest-sim/bus';
import {
  CpuActor,
  CpuCore,
  PolicyTlb,
  Tlb,
  tlbPolicies,
  type CpuActorSnapshot,
  type GuestCode,
} from '@lguest-sim/cpu';
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
import { guardedTlbPolicy } from './plugins/guarded-tlb.js';
import { builtIn, type PluginSet } from './plugins/plugin-set.js';
import { Random } from './random.js';

/** The host's part of a run as plain data. */
export interface HostMachineSnapshot {
  /** The clock of each host CPU, in cycles. */
  readonly clock: Float64Array;
  /** Messages published. */
  readonly sequence: number;
  /** Messages that each injected fault has counted; absent where none is injected. */
  readonly messageFaults?: readonly number[];
  /** State of the run’s random numbers. */
  readonly random: readonly number[];
  /** Host physical memory, with holds and owners. */
  readonly memory: HostMemorySnapshot;
  /** Which frames the Switcher has. */
  readonly switcher: SwitcherPagesSnapshot;
  /** For each host CPU the vCPU whose state is in its state page, or -1. */
  readonly lastVcpu: Int32Array;
  /** For each host CPU the random numbers of its TLB; absent where that is LRU, which needs none. */
  readonly tlbRandom?: readonly (readonly number[])[];
  /** The host CPUs, by number. */
  readonly cpus: readonly CpuActorSnapshot[];
  /** The Switcher’s part of each host CPU. */
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
  /** For each host CPU those of its TLB. */
  private readonly tlbRandom: readonly Random[];
  readonly cpus: readonly CpuActor[];
  readonly worldSwitches: readonly WorldSwitch[];
  private readonly switchers: readonly SwitcherActor[];

  constructor(
    config: SimulationConfig,
    codeOf: (guest: number) => GuestCode,
    {
      inspect,
      plugins = builtIn,
    }: { inspect?: MachineInspector | undefined; plugins?: PluginSet } = {},
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
    this.tlbRandom = Array.from({ length: cpus }, (_, cpu) => new Random(tlbSeed(config, cpu)));
    const cores = this.tlbRandom.map(({ next }, number) => {
      const tlb = tlbOf(config, plugins, next);
      return new CpuCore({ number, host, format, layout, clock, costs, tlb });
    });
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
      ...(!this.cpus[0]!.core.mmu.tlb.isLru && {
        tlbRandom: this.tlbRandom.map((random) => random.snapshot()),
      }),
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
    snapshot.tlbRandom?.forEach((state, cpu) => this.tlbRandom[cpu]!.restore(state));
    this.memory.restore(snapshot.memory);
    this.switcherPages.restore(snapshot.switcher);
    this.lastVcpu.set(snapshot.lastVcpu);
    snapshot.cpus.forEach((cpu, index) => this.cpus[index]!.restore(cpu));
    snapshot.switchers.forEach((switcher, index) => this.switchers[index]!.restore(switcher));
  }
}

/** Odd, so that no two TLBs have the same numbers, and none the run's own. */
const TLB_STEP = 0x9e3779b1;

/**
 * A TLB has numbers of its own: how often it draws depends on what its CPU runs alone, and not on
 * where the others have got to.
 */
function tlbSeed({ seed }: SimulationConfig, cpu: number): number {
  return (seed ^ Math.imul(cpu + 1, TLB_STEP)) >>> 0;
}

/** A host CPU's TLB; the usual one knows its policy by itself. */
function tlbOf({ tlb }: SimulationConfig, plugins: PluginSet, random: () => number): Tlb {
  const plugin = plugins.get('tlb-policy', tlb.policy);
  if (plugin.make === tlbPolicies.lru) return new Tlb(tlb);
  const setting = { sets: tlb.entries / tlb.ways, ways: tlb.ways, random };
  const isGiven = plugins.isGiven(plugin);
  return new PolicyTlb(tlb, isGiven ? guardedTlbPolicy(plugin, setting) : plugin.make(setting));
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
