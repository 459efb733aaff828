// SPDX-License-Identifier: GPL-2.0-or-later
import type { HostileOperation } from '@lguest-sim/hostile-guest';
import { hostileOperations } from '@lguest-sim/hostile-guest/generate';
import type { MigrationPolicyName, SimulationConfig } from '@lguest-sim/simulation';
import { patternTree, type TraceTree } from '@lguest-sim/trace';
import fc from 'fast-check';
import type { WorkloadProcess } from '../input/workload.js';

/** What one run of the fuzzer is about, as plain data. */
export interface FuzzScenario {
  readonly operations: readonly HostileOperation[];
  readonly migrate: MigrationPolicyName;
  /** Host time slice in cycles. */
  readonly slice: number;
  /** Of the simulation's random choices. */
  readonly seed: number;
  /** Which of `neighbours` runs beside the hostile guest. */
  readonly neighbour: number;
}

/** What is the same for all runs. */
export interface FuzzMachine {
  readonly cpus: number;
  readonly paging: SimulationConfig['paging'];
  readonly fidelity: SimulationConfig['fidelity'];
}

type PatternProcess = Extract<WorkloadProcess, { kind: 'pattern' }>;

/** What the honest guest runs: memory that it fills and reads again, alone and with a child. */
export const neighbours: readonly PatternProcess[] = [
  { kind: 'pattern', pattern: 'random', options: { pages: 12, accesses: 600 } },
  { kind: 'pattern', pattern: 'copy-on-write', options: { pages: 6, accesses: 150 } },
  { kind: 'pattern', pattern: 'map-loop', options: { pages: 4, accesses: 200 } },
];

/** The honest guest is the first, so that its results are at the same place as alone. */
export const NEIGHBOUR = 0;
export const HOSTILE = 1;

const GUEST_BYTES = 4 * 2 ** 20;
/** So small that tables and pages are evicted and migrated all the time. */
const TLB = { entries: 16, ways: 4, policy: 'lru' };

/**
 * Scenarios for a machine.
 * @param operations that the hostile guest does at most after its boot
 */
export function fuzzScenarios(
  { paging }: FuzzMachine,
  operations: number,
): fc.Arbitrary<FuzzScenario> {
  return fc.record({
    operations: hostileOperations({ paging, operations }),
    migrate: fc.constantFrom<MigrationPolicyName>('round-robin', 'random', 'balance'),
    slice: fc.constantFrom(100_000, 20_000, 5_000),
    seed: fc.nat({ max: 2 ** 32 - 1 }),
    neighbour: fc.nat({ max: neighbours.length - 1 }),
  });
}

/** The configuration of a scenario's run. */
export function scenarioConfig(
  { operations, migrate, slice, seed }: FuzzScenario,
  machine: FuzzMachine,
): Partial<SimulationConfig> {
  const program = { name: 'hostile', options: { operations } };
  return {
    ...machine,
    migrate,
    slice,
    seed,
    groups: [
      { count: 1, traces: [0] },
      { count: 1, program },
    ],
    memoryBytes: GUEST_BYTES,
    tlb: TLB,
    check: true,
    audit: 'every',
  };
}

/** What the honest guest of a scenario runs. */
export function scenarioTree({ neighbour }: Pick<FuzzScenario, 'neighbour'>): TraceTree {
  const { pattern, options } = neighbours[neighbour]!;
  return patternTree(pattern, options);
}

/** The configuration of a run in which the honest guest is alone, on a host without defects. */
export function aloneConfig({ paging }: FuzzMachine): Partial<SimulationConfig> {
  return { paging, guests: 1, memoryBytes: GUEST_BYTES, check: true };
}
