// SPDX-License-Identifier: GPL-2.0-or-later
import type { MachineInspector } from '@lguest-sim/bus';
import {
  DEFAULT_PAGE_OFFSET,
  GuestKernel,
  GuestKernelActor,
  type ProcessOptions,
} from '@lguest-sim/guest-kernel';
import {
  DEFAULT_MEMORY_BASE,
  GuestHost,
  HypervisorActor,
  VcpuCore,
  type HypervisorSnapshot,
} from '@lguest-sim/hypervisor';
import { LauncherActor, LauncherMemory, type LauncherMemorySnapshot } from '@lguest-sim/launcher';
import {
  MmuHostActor,
  ORIGINAL_SLOTS,
  ShadowMmu,
  type EvictionPolicy,
  type MmuHostSnapshot,
} from '@lguest-sim/mmu-host';
import { FrameOwner, NO_FRAME, PAGE_SIZE, type Pfn } from '@lguest-sim/x86';
import { Checker, type CheckerSnapshot } from './checker.js';
import type { SimulationConfig } from './config.js';
import type { GuestPlan } from './guest-groups.js';
import type { GuestProgram } from './guest-program.js';
import type { HostMachine } from './host-machine.js';
import { guardedEviction } from './plugins/guarded-eviction.js';
import type { PluginSet } from './plugins/plugin-set.js';

/** One guest's part of a run as plain data. */
export interface GuestMachineSnapshot {
  readonly memory: LauncherMemorySnapshot;
  readonly mmu: MmuHostSnapshot;
  readonly hypervisor: HypervisorSnapshot;
  /** The program's: of the guest kernel, or of what runs in its place. */
  readonly kernel: unknown;
  readonly kernelState: string;
  /** Present if the run is checked. */
  readonly checker?: CheckerSnapshot;
}

/** A guest with one vCPU, and everything in the host that belongs to it alone. */
export class GuestMachine {
  readonly guest: number;
  readonly memory: LauncherMemory;
  readonly mmu: ShadowMmu;
  readonly vcpu: VcpuCore;
  /** The guest kernel, or what runs in its place. */
  readonly kernel: GuestProgram;
  readonly memoryBytes: number;
  private readonly checker: Checker | undefined;
  private readonly launcher: LauncherActor;
  private readonly mmuActor: MmuHostActor;
  private readonly hypervisor: HypervisorActor;
  private readonly kernelActor: GuestKernelActor;

  constructor(
    guest: number,
    host: HostMachine,
    config: SimulationConfig,
    own: GuestPlan & {
      readonly processes: readonly ProcessOptions[];
      readonly plugins: PluginSet;
      /** Told of each frame that a page of its memory is given. */
      readonly frameGiven?: ((gpfn: number, pfn: Pfn) => void) | undefined;
    },
    inspect?: MachineInspector,
  ) {
    const { bus, clock, format, layout, switcherPages } = host;
    const { costs, fidelity } = config;
    const watch = inspect === undefined ? {} : { inspect };
    this.guest = guest;
    this.memoryBytes = own.memoryBytes;
    const memoryPages = own.memoryBytes / PAGE_SIZE;
    const { frameGiven } = own;
    this.memory = new LauncherMemory(host.memory, memoryPages, frameGiven && { frameGiven });
    const { memory } = this;
    const isChecked = config.check && own.program === undefined;
    this.checker = isChecked ? this.newChecker(config) : undefined;
    this.kernel = own.program
      ? own.plugins
          .get('guest-program', own.program.name)
          .make(own.program.options, { format, memoryPages })
      : new GuestKernel({
          format,
          memoryPages,
          sliceNanoseconds: own.guestSlice,
          zeroing: own.zeroing,
          processes: own.processes,
          ...(this.checker && { watcher: this.checker }),
        });
    const guestHost = new GuestHost();
    this.mmu = new ShadowMmu({
      host: host.memory,
      format,
      layout,
      fidelity,
      vcpus: 1,
      memory,
      pages: memory,
      tables: tablePages(host),
      switcher: {
        text: switcherPages.text,
        state: (cpu) => switcherPages.state(cpu),
        registers: () => this.vcpu.state.registersFrame,
      },
      memBase: DEFAULT_MEMORY_BASE,
      random: host.random.next,
      eviction: evictionOf(config.evict, own.plugins, host),
      kill: (reason) => guestHost.kill(reason),
    });
    const { mmu } = this;
    this.vcpu = new VcpuCore({
      guest: guestHost,
      id: guest,
      host: host.memory,
      layout,
      frames: switcherPages,
      memory: hypervisorMemory(memory),
      translator: { guestPa: (address) => mmu.guestPa(0, address) },
      lastCpu: host.lastVcpu,
      hostCr3: launcherTopTable(host) * PAGE_SIZE,
      clock,
      format,
      fidelity,
    });
    const { vcpu, kernel } = this;
    this.launcher = new LauncherActor({ bus, guest, memory, start: kernel.start });
    this.mmuActor = new MmuHostActor({ bus, clock, costs, guest, core: mmu, ...watch });
    this.hypervisor = new HypervisorActor({ bus, clock, costs, guest, core: vcpu, ...watch });
    this.kernelActor = new GuestKernelActor({ bus, guest, core: kernel, ...watch });
  }

  /** State of the guest kernel's machine: booting, kernel, user, halted, panicked or off. */
  get state(): string {
    return this.kernelActor.state;
  }

  /** Whether it has ended, and has given back what it had. */
  get isDead(): boolean {
    return this.hypervisor.state === 'dead';
  }

  /** Ends all subscriptions. */
  stop(): void {
    for (const actor of [this.launcher, this.mmuActor, this.hypervisor, this.kernelActor]) {
      actor.stop();
    }
  }

  snapshot(): GuestMachineSnapshot {
    return {
      memory: this.memory.snapshot(),
      mmu: this.mmuActor.snapshot(),
      hypervisor: this.hypervisor.snapshot(),
      kernel: this.kernel.snapshot(),
      kernelState: this.kernelActor.state,
      ...(this.checker && { checker: this.checker.snapshot() }),
    };
  }

  restore(snapshot: GuestMachineSnapshot): void {
    this.memory.restore(snapshot.memory);
    this.mmuActor.restore(snapshot.mmu);
    this.hypervisor.restore(snapshot.hypervisor);
    this.kernel.restore(snapshot.kernel);
    this.kernelActor.restore(snapshot.kernelState);
    this.checker?.restore(snapshot.checker ?? []);
  }

  /** Asks the kernel, which is made later, only while that runs. */
  private newChecker(config: SimulationConfig): Checker {
    return new Checker({
      guest: this.guest,
      config,
      kernelAddress: DEFAULT_PAGE_OFFSET,
      running: () => this.kernel.running,
      process: (index) => this.kernel.process(index),
    });
  }
}

/** Which slot a guest table takes; one that is built in need not be watched. */
function evictionOf(name: string, plugins: PluginSet, { random }: HostMachine): EvictionPolicy {
  const plugin = plugins.get('eviction-policy', name);
  const setting = { slots: ORIGINAL_SLOTS, random: random.next };
  return plugins.isGiven(plugin) ? guardedEviction(plugin, setting) : plugin.make(setting);
}

function tablePages({ memory }: HostMachine) {
  return {
    allocate: (): Pfn => memory.allocate(FrameOwner.shadowTable),
    free: (pfn: Pfn): void => memory.disown(pfn),
  };
}

/** The Launcher's memory in the words of the hypervisor's interface. */
function hypervisorMemory(memory: LauncherMemory) {
  return {
    readable: (gpa: number, bytes: number): boolean => memory.canRead(gpa, bytes),
    writable: (gpa: number, bytes: number): boolean => memory.canWrite(gpa, bytes),
    readWord: (gpa: number): number => memory.readWord(gpa),
    writeWord: (gpa: number, value: number): boolean => memory.writeWord(gpa, value),
  };
}

/** The top-level page table of the Launcher's process: what the host runs on between entries. */
function launcherTopTable({ memory }: HostMachine): Pfn {
  const pfn = memory.allocate(FrameOwner.reserved);
  if (pfn === NO_FRAME) {
    throw new RangeError(`host memory of ${memory.frameCount} frames: no room for another guest`);
  }
  return pfn;
}
