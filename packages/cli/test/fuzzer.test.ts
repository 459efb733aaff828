// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzScenarios, type FuzzMachine } from '../src/fuzz/fuzz-scenario.js';
import { NeighboursAlone } from '../src/fuzz/neighbour-results.js';
import { runScenario, type ScenarioOutcome } from '../src/fuzz/run-scenario.js';

const seconds = 1000;

/** Runs of one seed after the other, without shrinking. */
async function runsOf(
  machine: FuzzMachine,
  seed: number,
  runs: number,
): Promise<readonly ScenarioOutcome[]> {
  const alone = new NeighboursAlone(machine);
  const scenarios = fuzzScenarios(machine, 60);
  const outcomes: ScenarioOutcome[] = [];
  for (let run = 0; run < runs; run++) {
    const one = { seed: seed + run, numRuns: 1, unbiased: true };
    const [scenario] = fc.sample(scenarios, one);
    outcomes.push(await runScenario(scenario!, machine, alone));
  }
  return outcomes;
}

describe('hostile guests', { timeout: 240 * seconds }, () => {
  it.each([
    ['two-level', 2, 60],
    ['pae', 3, 60],
  ] as const)('get nothing through on a mended host, %s', async (paging, cpus, runs) => {
    const outcomes = await runsOf({ cpus, paging, fidelity: 'mended' }, 20_000, runs);
    expect(outcomes.filter(({ finding }) => finding !== undefined)).toEqual([]);
    // They got somewhere: most did many things, and ended in many ways.
    const operations = outcomes.reduce((sum, outcome) => sum + outcome.operations, 0);
    expect(operations).toBeGreaterThan(10 * runs);
    expect(new Set(outcomes.map(({ end }) => end)).size).toBeGreaterThan(8);
  });

  it.each([
    [
      'two-level',
      65,
      [
        'audit accessed-and-dirty-seen',
        'audit fixed-fault-is-fixed',
        'audit holds-are-leaves',
        'audit one-slot-for-a-table',
        'audit stack-is-pinned',
        'audit writable-leaf-is-private',
        'host crash out of bounds',
        'host crash soft lockup pin_stack_pages',
      ],
    ],
    [
      'pae',
      45,
      [
        'audit accessed-and-dirty-seen',
        'audit holds-are-leaves',
        'audit one-slot-for-a-table',
        'audit stack-is-pinned',
        'audit switcher-path',
        'audit writable-leaf-is-private',
        'host crash BUG_ON gpte_addr',
        'host crash soft lockup pin_stack_pages',
      ],
    ],
  ] as const)('find the defects of the original by themselves, %s', async (paging, runs, names) => {
    const outcomes = await runsOf({ cpus: 2, paging, fidelity: 'original' }, 40_000, runs);
    const found = new Set(outcomes.flatMap(({ finding }) => finding?.name ?? []));
    expect([...found]).toEqual(expect.arrayContaining([...names]));
  });
});
