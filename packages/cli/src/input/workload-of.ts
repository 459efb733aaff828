// SPDX-License-Identifier: GPL-2.0-or-later
import { givenWorkload } from './given-workload.js';
import { carriedInput } from './trace-inputs.js';
import type { Workload } from './workload.js';

/** What the options name. */
interface Given {
  readonly traces: readonly string[] | undefined;
  readonly trees: readonly (readonly string[])[] | undefined;
}

/** The traces and trees given, or else the trace that comes with us. */
export function workloadOf({ traces, trees }: Given): Workload {
  if ((traces ?? trees) !== undefined) return givenWorkload(traces ?? [], trees ?? []);
  const carried = carriedInput();
  return { names: [carried.name], files: [], open: () => Promise.resolve([carried]) };
}
