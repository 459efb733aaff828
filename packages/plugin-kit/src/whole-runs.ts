// SPDX-License-Identifier: GPL-2.0-or-later
import {
  PluginSet,
  Simulation,
  type GivenConfig,
  type Plugin,
  type TraceInput,
} from '@lguest-sim/simulation';
import { patternTree, traceOfChunks, type TraceTree } from '@lguest-sim/trace';
import { copyOf } from './copy.js';
import type { Check } from './policy-checks.js';
import { Finding } from './problem.js';

/** Where a run ends that does not end before, in cycles, and where it is cut. */
const END = 1_200_000;
const CUTS = [500_000];

const MEBIBYTE = 2 ** 20;

/** More tables than slots, guests that move, a TLB that is too small, and every check that there is. */
const machine: GivenConfig = {
  cpus: 2,
  guests: 2,
  memoryBytes: 8 * MEBIBYTE,
  slice: 20_000,
  guestSlice: 10_000,
  check: true,
  audit: 'entry',
};

/** What a plug-in is run with. */
export interface RunOptions {
  readonly samples: readonly Uint8Array[];
  readonly programOptions: unknown;
}

/** Whole simulations with a plug-in: twice, and cut in the midst. */
export function wholeRunChecks(plugin: Plugin, options: RunOptions): Check[] {
  if (plugin.kind === 'trace-reader' && options.samples.length === 0) return [];
  const make = (): Simulation => {
    const plugins = new PluginSet([plugin]);
    return new Simulation(configOf(plugin, options), inputsOf(plugin, plugins, options), {
      plugins,
    });
  };
  return [
    [
      'simulation',
      async () => {
        const first = await outcomeOf(make());
        same(first, await outcomeOf(make()), 'a second run');
        for (const cut of CUTS) same(first, await cutAt(make, cut), `a run cut at cycle ${cut}`);
      },
    ],
  ];
}

function configOf(plugin: Plugin, { programOptions }: RunOptions): GivenConfig {
  const { kind, name } = plugin;
  const tlb = { entries: 16, ways: 4 };
  switch (kind) {
    case 'eviction-policy':
      return { ...machine, evict: name };
    case 'tlb-policy':
      return { ...machine, tlb: { ...tlb, policy: name } };
    case 'migration-policy':
      return { ...machine, migrate: name };
    case 'cost-model':
      return { ...machine, costs: name };
    case 'guest-program':
      return {
        ...machine,
        guests: 2,
        groups: [{ count: 1 }, { count: 1, program: { name, options: programOptions } }],
      };
    case 'trace-reader':
    case 'workload-pattern':
      return machine;
  }
}

function inputsOf(
  plugin: Plugin,
  { patterns, readers }: PluginSet,
  { samples }: RunOptions,
): readonly (TraceInput | TraceTree)[] {
  if (plugin.kind === 'workload-pattern') return [patternTree(plugin.name, {}, { patterns })];
  if (plugin.kind === 'trace-reader') {
    return samples.map((sample, index) => {
      const name = `sample ${index + 1}`;
      return { name, open: () => Promise.resolve(traceOfChunks(once(sample), { name, readers })) };
    });
  }
  return [patternTree('switch-ring', { processes: 6, accesses: 200 })];
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes.slice());
}

/** What a run came to, as text. */
async function outcomeOf(simulation: Simulation): Promise<string> {
  try {
    await simulation.run({ until: END });
    return JSON.stringify([simulation.messages, simulation.result()]);
  } finally {
    await simulation.close();
  }
}

async function cutAt(make: () => Simulation, until: number): Promise<string> {
  const first = make();
  let state: ReturnType<Simulation['snapshot']>;
  try {
    await first.run({ until });
    if (first.state !== 'paused') return JSON.stringify([first.messages, first.result()]);
    state = copyOf(first.snapshot());
  } finally {
    await first.close();
  }
  const second = make();
  await second.restore(state);
  return await outcomeOf(second);
}

function same(expected: string, found: string, what: string): void {
  if (expected === found) return;
  const at = [...expected].findIndex((character, index) => character !== found[index]);
  const excerpt = (text: string): string => text.slice(Math.max(0, at - 30), at + 30);
  throw new Finding(
    `${what}: expected the results of the first, ...${excerpt(expected)}..., got ...${excerpt(found)}...`,
  );
}
