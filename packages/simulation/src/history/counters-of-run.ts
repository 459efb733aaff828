// SPDX-License-Identifier: GPL-2.0-or-later
import { cpuCounterNames } from '@lguest-sim/cpu';
import type { VcpuCounters } from '@lguest-sim/hypervisor';
import type { GuestParts, RunParts } from '../run-parts.js';
import type { Totals } from '../result-document.js';

/** A total that is counted while a run goes on. */
export type CountName = Exclude<keyof Totals, 'cycles'>;

/** Where some counts are read: for each its name and its present value. */
export type CountSource = Readonly<Partial<Record<CountName, () => number>>>;

/** What the hardware of a host CPU counts; it does so while a guest runs. */
export function hardwareCounts({ host }: RunParts, cpu: number): CountSource {
  const { counters } = host.cpus[cpu]!.core;
  return Object.fromEntries(cpuCounterNames.map((name) => [name, () => counters[name]]));
}

/** What the host counts on a host CPU. */
export function switchCounts({ host }: RunParts, cpu: number): CountSource {
  const core = host.worldSwitches[cpu]!;
  return { worldSwitches: () => core.worldSwitches };
}

/** What the host counts for a guest. Its migrations are told by messages. */
export function guestCounts(machine: GuestParts): CountSource {
  const { vcpu } = machine;
  const { counters: mmu } = machine.mmu;
  return {
    shadowFills: () => mmu.shadowFills,
    reflectedFaults: () => vcpu.counters.reflectedFaults,
    hypercalls: () => allHypercalls(vcpu.counters),
    tableSwitches: () => mmu.tableSwitches,
    slotHits: () => mmu.slotHits,
    slotEvictions: () => mmu.slotEvictions,
    slotFills: () => mmu.slotFresh,
    clearAlls: () => mmu.clearAlls,
    switcherSkips: () => mmu.switcherSkips,
    switcherTargetedRemaps: () => mmu.switcherTargetedRemaps,
    switcherFullRemaps: () => mmu.switcherFullRemaps,
    switcherEntries: () => mmu.switcherEntries,
    stateCopies: () => vcpu.counters.stateCopies,
    interrupts: () => vcpu.counters.interruptsDelivered,
  };
}

/** What the host counts for itself. */
export function hotplugCounts({ hostActor, scheduler }: RunParts): CountSource {
  return {
    cpusOffline: () => hostActor.timesOffline.reduce((sum, times) => sum + times, 0),
    evacuations: () => scheduler.evacuations,
  };
}

function allHypercalls({ hypercalls, unknownHypercalls }: VcpuCounters): number {
  return hypercalls.reduce((sum, count) => sum + count, unknownHypercalls);
}
