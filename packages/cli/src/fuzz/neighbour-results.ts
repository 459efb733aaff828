// SPDX-License-Identifier: GPL-2.0-or-later
import { Simulation, type ResultDocument } from '@lguest-sim/simulation';
import { aloneConfig, NEIGHBOUR, scenarioTree, type FuzzMachine } from './fuzz-scenario.js';

type ProcessResult = ResultDocument['guests'][number]['processes'][number];

/**
 * What of the honest guest's results must not depend on who runs beside it: how its life ended, and of
 * each process everything but how often it was switched to, which timer interrupts decide. Whether a
 * store to a page that was shared copies it or finds it its own depends on who came first, parent or
 * child: what is compared is how many did either.
 */
export function neighbourResults({ guests, kills }: ResultDocument): string {
  const { status, processes } = guests[NEIGHBOUR]!;
  const death = kills.find(({ guest }) => guest === NEIGHBOUR)?.reason;
  return JSON.stringify({ status, death, processes: processes.map(comparable) });
}

function comparable(process: ProcessResult) {
  const copyOnWrite = process.copyOnWriteBreaks + process.copyOnWriteReuses;
  return { ...process, contextSwitches: 0, copyOnWriteBreaks: copyOnWrite, copyOnWriteReuses: 0 };
}

/** What the honest guests come to when they are alone, each found out when it is first asked for. */
export class NeighboursAlone {
  readonly #machine: FuzzMachine;
  readonly #known = new Map<number, string>();

  constructor(machine: FuzzMachine) {
    this.#machine = machine;
  }

  /** Results of one of `neighbours`. */
  async of(neighbour: number): Promise<string> {
    const known = this.#known.get(neighbour);
    if (known !== undefined) return known;
    const simulation = new Simulation(aloneConfig(this.#machine), [scenarioTree({ neighbour })]);
    await simulation.run();
    const results = neighbourResults(simulation.result());
    await simulation.close();
    this.#known.set(neighbour, results);
    return results;
  }
}
