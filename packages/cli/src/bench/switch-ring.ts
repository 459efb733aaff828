// SPDX-License-Identifier: GPL-2.0-or-later
import { Simulation } from '@lguest-sim/simulation';
import { patternTree } from '@lguest-sim/trace';
import type { Benchmark } from './benchmark.js';

const RING = { processes: 16, pages: 4, accesses: 20_000, turn: 16 };

/** Context switches a second of more processes than there are slots, with the faults that refill them. */
async function switches(): Promise<number> {
  const simulation = new Simulation({}, [patternTree('switch-ring', RING)]);
  try {
    const before = performance.now();
    await simulation.run();
    const seconds = (performance.now() - before) / 1000;
    const { processes } = simulation.result().guests[0]!;
    return processes.reduce((sum, { contextSwitches }) => sum + contextSwitches, 0) / seconds;
  } finally {
    await simulation.close();
  }
}

/** What a context switch costs. */
export const switchRing: readonly Benchmark[] = [
  {
    name: 'ring',
    title: '16 processes over 4 slots, context switches',
    unit: 'switches/s',
    aim: 100_000,
    measure: switches,
  },
];
