// SPDX-License-Identifier: GPL-2.0-or-later
import { cpuCounterNames, noCounts, type CpuCounters } from '@lguest-sim/cpu';
import { hexAddress } from '@lguest-sim/trace';
import { RESULT_SCHEMA } from './result-document.js';
import type {
  CpuResult,
  GuestResult,
  KillResult,
  MigrationResult,
  ProcessResult,
  ResultDocument,
  RunStatus,
  Totals,
} from './result-document.js';
import type { GuestParts, RunParts } from './run-parts.js';

/** Reads the counts of all parts into one document. */
export function resultOf(parts: RunParts, status: RunStatus): ResultDocument {
  return {
    schema: RESULT_SCHEMA,
    status,
    config: { ...parts.config, traces: parts.traces },
    totals: totalsOf(parts),
    cpus: parts.host.cpus.map((_, cpu) => cpuResult(parts, cpu)),
    guests: parts.guests.map((guest) => guestResult(parts, guest)),
    kills: parts.guests.flatMap(killOf),
  };
}

function totalsOf({ host, hostActor, guests, scheduler }: RunParts): Totals {
  const sum = (count: (guest: GuestParts) => number): number =>
    guests.reduce((total, guest) => total + count(guest), 0);
  return {
    ...sumCounts(host.cpus.map((cpu) => cpu.core.counters)),
    shadowFills: sum(({ mmu }) => mmu.counters.shadowFills),
    reflectedFaults: sum(({ vcpu }) => vcpu.counters.reflectedFaults),
    hypercalls: sumByName(guests.map(({ vcpu }) => vcpu.counters.hypercallsByName())),
    worldSwitches: host.worldSwitches.reduce((total, core) => total + core.worldSwitches, 0),
    tableSwitches: sum(({ mmu }) => mmu.counters.tableSwitches),
    slotHits: sum(({ mmu }) => mmu.counters.slotHits),
    slotEvictions: sum(({ mmu }) => mmu.counters.slotEvictions),
    slotFills: sum(({ mmu }) => mmu.counters.slotFresh),
    clearAlls: sum(({ mmu }) => mmu.counters.clearAlls),
    switcherSkips: sum(({ mmu }) => mmu.counters.switcherSkips),
    switcherTargetedRemaps: sum(({ mmu }) => mmu.counters.switcherTargetedRemaps),
    switcherFullRemaps: sum(({ mmu }) => mmu.counters.switcherFullRemaps),
    switcherEntries: sum(({ mmu }) => mmu.counters.switcherEntries),
    stateCopies: sum(({ vcpu }) => vcpu.counters.stateCopies),
    migrations: add(scheduler.migrations),
    cpusOffline: add(hostActor.timesOffline),
    evacuations: scheduler.evacuations,
    interrupts: sum(({ vcpu }) => vcpu.counters.interruptsDelivered),
    cycles: Math.max(...host.clock.now),
  };
}

function cpuResult({ host, hostActor }: RunParts, cpu: number): CpuResult {
  return {
    cpu,
    ...host.cpus[cpu]!.core.counters,
    cycles: host.clock.now[cpu]!,
    idleCycles: hostActor.idleCycles[cpu]!,
    offlineCycles: hostActor.offlineCycles[cpu]!,
    timesOffline: hostActor.timesOffline[cpu]!,
    worldSwitches: host.worldSwitches[cpu]!.worldSwitches,
  };
}

function guestResult(parts: RunParts, machine: GuestParts): GuestResult {
  const feeds = parts.feeds[machine.guest]!;
  const processes = machine.kernel.results().map((process, index): ProcessResult => {
    const { name, checksum, ...counts } = process;
    return {
      process: index,
      trace: name,
      ...counts,
      loadChecksum: `0x${(checksum >>> 0).toString(16).padStart(8, '0')}`,
      moved: feeds.movedOf(index).map(({ from, to, bytes }) => ({
        from: hexAddress(from),
        to: hexAddress(to),
        bytes,
      })),
    };
  });
  const { guest, state: status, memoryBytes } = machine;
  return { guest, memoryBytes, status, ...migrationResult(parts, machine), processes };
}

function migrationResult({ scheduler }: RunParts, machine: GuestParts): MigrationResult {
  const { guest, mmu, vcpu } = machine;
  const { switcherSkips, switcherTargetedRemaps, switcherFullRemaps, switcherEntries } =
    mmu.counters;
  return {
    worldSwitches: switcherSkips + switcherTargetedRemaps + switcherFullRemaps,
    migrations: scheduler.migrations[guest]!,
    stateCopies: vcpu.counters.stateCopies,
    switcherSkips,
    switcherTargetedRemaps,
    switcherFullRemaps,
    switcherEntries,
  };
}

function killOf({ guest, vcpu }: GuestParts): KillResult[] {
  const { end, reason } = vcpu.guest;
  return end === 'killed' ? [{ guest, reason: reason ?? '' }] : [];
}

function add(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function sumCounts(all: readonly CpuCounters[]): CpuCounters {
  const sums = noCounts();
  for (const counters of all) for (const name of cpuCounterNames) sums[name] += counters[name];
  return sums;
}

/** Adds up counts by name; names in the order of the alphabet, whatever came first. */
function sumByName(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const counts of all) {
    for (const [name, count] of Object.entries(counts)) {
      sums.set(name, (sums.get(name) ?? 0) + count);
    }
  }
  return Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
}
