// SPDX-License-Identifier: GPL-2.0-or-later
import type { SwitcherLayout } from '@lguest-sim/abi';
import type { HostMemory, HostPhysical, PagingFormat } from '@lguest-sim/x86';
import { VcpuCounters } from './counters.js';
import { DescriptorTables } from './descriptor-tables.js';
import { defectsOf, type Fidelity, type RunLoopDefects } from './fidelity.js';
import { GuestAccess } from './guest-access.js';
import { GuestClock } from './guest-clock.js';
import { GuestEntry } from './guest-entry.js';
import type { GuestHost } from './guest-host.js';
import { GuestInitialiser } from './guest-initialiser.js';
import { HypercallRing } from './hypercall-ring.js';
import { HypercallTable } from './hypercall-table.js';
import type { GuestMemory, GuestTranslator, HostClock, SwitcherFrames } from './interfaces.js';
import { Interrupts } from './interrupts.js';
import { PendingCall } from './pending-call.js';
import { RegistersPage } from './registers-page.js';
import { TrapDelivery } from './trap-delivery.js';
import { VcpuState } from './vcpu-state.js';

/** What a vCPU's run loop is built from. */
export interface VcpuOptions {
  /** The guest that the vCPU belongs to. */
  readonly guest: GuestHost;
  /** A number, 0 or more, that no other vCPU of the machine has: what `lastCpu` holds. */
  readonly id: number;
  /** Host physical memory, in which the regs page and the state pages are. */
  readonly host: HostMemory;
  /** Where the Switcher’s pages are mapped. */
  readonly layout: SwitcherLayout;
  /** The Switcher's pages. */
  readonly frames: SwitcherFrames;
  /** The guest’s memory. */
  readonly memory: GuestMemory;
  /** What knows the guest’s tables. */
  readonly translator: GuestTranslator;
  /** For each host CPU the id of the vCPU that last ran there, or -1; shared by all vCPUs. */
  readonly lastCpu: Int32Array;
  /** Host-physical address (bytes) of the Launcher's own top-level page table. */
  readonly hostCr3: HostPhysical;
  /** The clocks of all host CPUs. */
  readonly clock: HostClock;
  /** Format of the guest’s page tables. */
  readonly format: PagingFormat;
  /** `mended` by default. */
  readonly fidelity?: Fidelity;
}

/** The parts of a vCPU's run loop. */
export interface VcpuParts {
  readonly state: VcpuState;
  readonly counters: VcpuCounters;
  readonly defects: RunLoopDefects;
  readonly frames: SwitcherFrames;
  readonly access: GuestAccess;
  readonly registers: RegistersPage;
  readonly descriptors: DescriptorTables;
  readonly delivery: TrapDelivery;
  readonly interrupts: Interrupts;
  readonly pendingCall: PendingCall;
  readonly entry: GuestEntry;
}

/** Builds the parts and joins them. */
export function buildParts(options: VcpuOptions): VcpuParts {
  const { guest, frames, translator } = options;
  const defects = defectsOf(options.fidelity ?? 'mended');
  const state = new VcpuState();
  const counters = new VcpuCounters();
  const access = new GuestAccess(options.memory, guest, defects);
  const registers = new RegistersPage(options.host, state);
  const clock = new GuestClock(options.clock, state, guest, access);
  const descriptors = new DescriptorTables(state, guest, access);
  const delivery = new TrapDelivery({ state, guest, access, registers, translator });
  const common = { state, guest, access, clock, counters };
  const hasMiddleLevel = options.format.middle !== undefined;
  return {
    state,
    counters,
    defects,
    frames,
    access,
    registers,
    descriptors,
    delivery,
    interrupts: new Interrupts({ ...common, registers, delivery, defects }),
    pendingCall: new PendingCall({
      state,
      guest,
      registers,
      ring: new HypercallRing(state, guest, access),
      table: new HypercallTable({ ...common, descriptors, hasMiddleLevel }),
      initialiser: new GuestInitialiser(guest, access, clock),
    }),
    entry: new GuestEntry({ ...options, state, registers, counters }),
  };
}
