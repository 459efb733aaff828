// SPDX-License-Identifier: GPL-2.0-or-later
import { PluginError, PluginSet, type Plugin } from '@lguest-sim/simulation';
import { evictionChecks } from './kinds/eviction.js';
import { migrationChecks } from './kinds/migration.js';
import { patternChecks } from './kinds/pattern.js';
import { readerChecks } from './kinds/reader.js';
import { tlbChecks } from './kinds/tlb.js';
import type { Check } from './policy-checks.js';
import { messageOf, type CheckName, type Problem } from './problem.js';
import { wholeRunChecks } from './whole-runs.js';

/** What some plug-ins need to be checked. */
export interface CheckOptions {
  /** Whole traces, decompressed, that a trace reader is to read. Without any, less of it is checked. */
  readonly samples?: readonly Uint8Array[];
  /** What a guest program is told: its `options`. */
  readonly programOptions?: unknown;
}

/**
 * Finds out whether a plug-in does as it has to: its shape, its answers in generated situations, that
 * they depend on nothing but what it is asked and the random numbers that it is given, that its
 * state can be taken and put back, that two of them do not meet; and small simulations with it, whose
 * loads are checked and which are under audit, as a whole and cut in the midst.
 *
 * It uses no test runner, takes some seconds, and gives the same each time.
 *
 * @returns what is wrong, the first of each check; nothing if all is as it has to be
 */
export async function checkPlugin(
  plugin: Plugin,
  { samples = [], programOptions }: CheckOptions = {},
): Promise<readonly Problem[]> {
  try {
    void new PluginSet([plugin]);
  } catch (error) {
    return [shapeProblem(error)];
  }
  const problems: Problem[] = [];
  const options = { samples, programOptions };
  for (const [check, run] of [...checksOf(plugin, samples), ...wholeRunChecks(plugin, options)]) {
    // What was found once need not be said of another shape again.
    if (problems.some((known) => known.check === check)) continue;
    const problem = await outcomeOf(plugin, check, run);
    if (problem !== undefined) problems.push(problem);
  }
  return withoutConsequences(problems);
}

function checksOf(plugin: Plugin, samples: readonly Uint8Array[]): Check[] {
  switch (plugin.kind) {
    case 'eviction-policy':
      return evictionChecks(plugin);
    case 'tlb-policy':
      return tlbChecks(plugin);
    case 'migration-policy':
      return migrationChecks(plugin);
    case 'trace-reader':
      return readerChecks(plugin, samples);
    case 'workload-pattern':
      return patternChecks(plugin);
    case 'cost-model':
    case 'guest-program':
      return [];
  }
}

async function outcomeOf(
  { name: plugin, kind }: Plugin,
  check: CheckName,
  run: Check[1],
): Promise<Problem | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return { plugin, kind, check, message: messageOf(error, plugin) };
  }
}

function shapeProblem(error: unknown): Problem {
  if (!(error instanceof PluginError)) throw error;
  const { plugin, kind } = error.place;
  return { plugin, kind, check: 'shape', message: error.message };
}

/** The same message is told once, of the first check that met it. */
function withoutConsequences(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter(
    ({ message }, index) => problems.findIndex((other) => other.message === message) === index,
  );
}
