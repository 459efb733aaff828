// SPDX-License-Identifier: GPL-2.0-or-later
import type { Scenario } from '../scenario/scenario.js';
import { scenarioWorkload } from './scenario-workload.js';
import { givenWorkload } from './given-workload.js';
import { carriedInput, carriedName } from './trace-inputs.js';
import type { Workload } from './workload.js';

/** What the options name. */
interface Given {
  readonly traces: readonly string[] | undefined;
  readonly trees: readonly (readonly string[])[] | undefined;
}

/** The traces and trees given, or else the scenario's processes, or else the trace that comes with us. */
export function workloadOf({ traces, trees }: Given, scenario: Scenario | undefined): Workload {
  if ((traces ?? trees) !== undefined) return givenWorkload(traces ?? [], trees ?? []);
  if (scenario !== undefined) return scenarioWorkload(scenario);
  return {
    names: [carriedName],
    files: [],
    processes: [{ kind: 'carried' }],
    open: () => Promise.resolve([carriedInput()]),
  };
}
