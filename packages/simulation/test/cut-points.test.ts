// SPDX-License-Identifier: GPL-2.0-or-later
import { deserialize, serialize } from 'node:v8';
import type { Envelope } from '@lguest-sim/bus';
import { patternTree, type TraceTree } from '@lguest-sim/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SimulationConfig } from '../src/config.js';
import { Simulation, type SimulationSnapshot, type TraceInput } from '../src/simulation.js';
import {
  loggedRun,
  loopingTraces,
  small,
  textOf,
  wanderingTrace,
  type LoggedRun,
} from './support.js';

interface Scenario {
  readonly name: string;
  readonly config: Partial<SimulationConfig>;
  readonly inputs: readonly (TraceInput | TraceTree)[];
}

const storm = patternTree('fork-storm', { children: 4, pages: 6, accesses: 200 });
const churn = patternTree('kernel-churn', { accesses: 200 });
const cow = patternTree('copy-on-write', { pages: 12, accesses: 200 });
const sleeper = patternTree('sleeper', { accesses: 200, every: 50, nanoseconds: 30_000 });
const ring = patternTree('switch-ring', { accesses: 200 });
const [packed, unpacked] = await loopingTraces('loops', 300);
const smp = {
  ...small,
  cpus: 3,
  guests: 3,
  migrate: 'random',
  slice: 30_000,
  guestSlice: 25_000,
} as const;

const scenarios: readonly Scenario[] = [
  { name: 'a plain trace on one CPU', config: small, inputs: [wanderingTrace('a', 3_000, 40)] },
  { name: 'forks on three CPUs', config: smp, inputs: [storm, wanderingTrace('b', 1_500, 20)] },
  {
    name: 'forks on PAE, checked',
    config: { ...smp, paging: 'pae', check: true },
    inputs: [cow, storm],
  },
  {
    name: 'the original, checked',
    config: { ...smp, fidelity: 'original', check: true },
    inputs: [churn],
  },
  {
    name: 'sleepers under balance',
    config: { ...smp, migrate: 'balance' },
    inputs: [sleeper, ring],
  },
  {
    name: 'CPUs that go and come, and guests that differ',
    config: {
      ...smp,
      migrate: 'balance',
      groups: [{ count: 2 }, { count: 1, memoryBytes: 6 * 2 ** 20, traces: [1] }],
      hotplug: [
        { at: 150_000, cpu: 1, state: 'offline' },
        { at: 300_000, cpu: 2, state: 'offline' },
        { at: 450_000, cpu: 1, state: 'online' },
      ],
    },
    inputs: [ring, sleeper],
  },
  {
    name: 'a schedule',
    config: {
      ...smp,
      migrate: 'schedule',
      schedule: [
        { at: 200_000, guest: 0, cpu: 2 },
        { at: 200_000, guest: 2, cpu: 0 },
        { at: 400_000, guest: 0, cpu: 1 },
      ],
    },
    inputs: [cow],
  },
  { name: 'a packed trace', config: { ...smp, slice: 7_000 }, inputs: [packed] },
  { name: 'more CPUs than guests', config: { ...smp, cpus: 5, guests: 2 }, inputs: [ring, cow] },
];

/** What a checkpoint does to a snapshot. */
const stored = (snapshot: SimulationSnapshot): SimulationSnapshot =>
  deserialize(serialize(snapshot)) as SimulationSnapshot;

const whole = ({ config, inputs }: Scenario): Promise<LoggedRun> =>
  loggedRun(new Simulation(config, inputs));

it.each([
  ['an LRU TLB', {}],
  ['an LRU TLB, audited', { audit: 'entry' }],
  ['a TLB with another policy', { tlb: { entries: 4, ways: 4, policy: 'tree-plru' } }],
] as const)(
  'a packed trace has the messages and the result of its text, with %s',
  async (_, difference) => {
    const config = { ...smp, slice: 7_000, ...difference };
    const [one, other] = [
      await loggedRun(new Simulation(config, [packed])),
      await loggedRun(new Simulation(config, [unpacked])),
    ];
    expect(textOf(one.log)).toBe(textOf(other.log));
    expect(one.result).toEqual(other.result);
  },
);

describe.each(scenarios)('$name, cut at any virtual time', (scenario) => {
  const { config, inputs } = scenario;

  it('goes on from a stored snapshot as if it had never stopped', async () => {
    const { log, result } = await whole(scenario);
    expect(log.length).toBeGreaterThan(100);
    const cutPoint = fc.nat(result.totals.cycles);
    await fc.assert(
      fc.asyncProperty(cutPoint, cutPoint, async (a, b) => {
        let simulation = new Simulation(config, inputs);
        // Twice in one run, since a run that was resumed can be cut as well.
        for (const until of [Math.min(a, b), Math.max(a, b)]) {
          const status = await simulation.run({ until });
          if (status === 'finished') break;
          expect(simulation.time).toBeGreaterThanOrEqual(until);
          const snapshot = stored(simulation.snapshot());
          await simulation.close();
          simulation = new Simulation(config, inputs);
          await simulation.restore(snapshot);
        }
        const { messages, state } = simulation;
        if (state === 'finished') return await simulation.close();
        const rest = await loggedRun(simulation);
        expect(rest.status).toBe('finished');
        expect(textOf(rest.log)).toBe(textOf(log.slice(messages)));
        expect(rest.result).toEqual(result);
      }),
      { numRuns: 4 },
    );
  });

  it('stands still before anything that happens at that time, and changes nothing by it', async () => {
    const { log, result } = await whole(scenario);
    const simulation = new Simulation(config, inputs);
    const found: Envelope[] = [];
    simulation.messages$.subscribe((envelope) => found.push(envelope));
    for (let until = 40_000; (await simulation.run({ until })) !== 'finished'; until += 40_000) {
      expect(simulation.time).toBeGreaterThanOrEqual(until);
    }
    expect(textOf(found)).toBe(textOf(log));
    expect(simulation.result()).toEqual(result);
    await simulation.close();
  });
});
