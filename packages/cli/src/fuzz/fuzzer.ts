// SPDX-License-Identifier: GPL-2.0-or-later
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import fc from 'fast-check';
import type { FuzzRequest } from '../options/fuzz-options.js';
import type { Finding } from './finding.js';
import { fuzzScenarios, type FuzzMachine, type FuzzScenario } from './fuzz-scenario.js';
import { NeighboursAlone } from './neighbour-results.js';
import { runScenario, type ScenarioOutcome } from './run-scenario.js';

/** A finding, and the shortest run that was found to lead to it. */
export interface ShrunkFinding extends Finding {
  readonly scenario: FuzzScenario;
  readonly machine: FuzzMachine;
  /** With this seed the first of all runs is the one that found it. */
  readonly seed: number;
  /** Runs before that one. */
  readonly run: number;
}

/** What was counted. */
export interface FuzzTally {
  runs: number;
  operations: number;
  messages: number;
  /** How often the hostile guest ended how. */
  readonly ends: Map<string, number>;
  /** How often each finding came, by its name. */
  readonly findings: Map<string, number>;
}

/** Runs that the shrinking of one finding may take. */
const MOST_SHRINKING_RUNS = 600;
const SEEDS = 2 ** 32;

/**
 * Lets hostile guests loose, one after the other, and shrinks what each new kind of finding takes.
 * What a run does is a function of its seed, the machine and the most operations alone.
 */
export class Fuzzer {
  readonly tally: FuzzTally = {
    runs: 0,
    operations: 0,
    messages: 0,
    ends: new Map(),
    findings: new Map(),
  };
  readonly #request: FuzzRequest;
  readonly #machines: readonly FuzzMachine[];
  readonly #alone: readonly NeighboursAlone[];

  constructor(request: FuzzRequest) {
    const { cpus, fidelity, pagings } = request;
    this.#request = request;
    this.#machines = pagings.map((paging) => ({ cpus, paging, fidelity }));
    this.#alone = this.#machines.map((machine) => new NeighboursAlone(machine));
  }

  /** Runs all runs, or up to when `signal` is aborted; yields each kind of finding once. */
  async *findings(signal: { readonly aborted: boolean }): AsyncGenerator<ShrunkFinding> {
    for (let run = 0; run < this.#request.runs && !signal.aborted; run++) {
      const found = await this.#run(run, signal);
      if (found !== undefined) yield found;
      await yieldToEvents();
    }
  }

  /** One run; its finding if that is of a new kind. */
  async #run(
    run: number,
    signal: { readonly aborted: boolean },
  ): Promise<ShrunkFinding | undefined> {
    const which = run % this.#machines.length;
    const machine = this.#machines[which]!;
    const seed = (this.#request.seed + run) % SEEDS;
    let tries = 0;
    let name: string | undefined;
    let last: { finding: Finding; scenario: FuzzScenario } | undefined;
    const attempt = async (scenario: FuzzScenario): Promise<boolean> => {
      // A bound in runs, not in seconds: the same seed comes to the same result.
      if (tries > MOST_SHRINKING_RUNS || signal.aborted) return true;
      const outcome = await runScenario(scenario, machine, this.#alone[which]!);
      if (tries++ === 0) name = this.#count(outcome);
      const { finding } = outcome;
      if (name === undefined || finding?.name !== name) return true;
      last = { finding, scenario };
      await yieldToEvents();
      return false;
    };
    const scenarios = fuzzScenarios(machine, this.#request.operations);
    // Unbiased, or most guests would do next to nothing.
    await fc.check(fc.asyncProperty(scenarios, attempt), { seed, numRuns: 1, unbiased: true });
    return last && { ...last.finding, scenario: last.scenario, machine, seed, run };
  }

  /** Counts a run. Returns the name of its finding if there was none of that name before. */
  #count({ finding, end, operations, messages }: ScenarioOutcome): string | undefined {
    const { tally } = this;
    tally.runs++;
    tally.operations += operations;
    tally.messages += messages;
    if (finding === undefined) {
      increment(tally.ends, end);
      return undefined;
    }
    return increment(tally.findings, finding.name) === 1 ? finding.name : undefined;
  }
}

function increment(counts: Map<string, number>, name: string): number {
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  return count;
}
