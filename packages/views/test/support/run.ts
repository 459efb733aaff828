// SPDX-License-Identifier: GPL-2.0-or-later
import {
  History,
  Simulation,
  type HistoryDocument,
  type ResultDocument,
  type SimulationConfig,
} from '@lguest-sim/simulation';
import { patternTree } from '@lguest-sim/trace';

/** A machine that does a bit of everything: migrations, evictions, reflected faults, forks. */
export const busy: Partial<SimulationConfig> = {
  cpus: 3,
  guests: 2,
  memoryBytes: 8 * 2 ** 20,
  migrate: 'round-robin',
  slice: 20_000,
  guestSlice: 5_000,
};

/** What `busy` runs: five processes a guest. */
export const work = () => [
  patternTree('fork-storm', { children: 3 }, { name: 'storm' }),
  patternTree('zipf', { accesses: 3_000 }, { name: '</script><b>zipf' }),
];

/** A run with its history. */
export async function historyOf(
  config: Partial<SimulationConfig> = busy,
): Promise<{ result: ResultDocument; history: HistoryDocument }> {
  const simulation = new Simulation(config, work());
  const history = new History(simulation.parts);
  simulation.messages$.subscribe((envelope) => history.observe(envelope));
  await simulation.run();
  const result = simulation.result();
  await simulation.close();
  return { result, history: history.document() };
}
