// SPDX-License-Identifier: GPL-2.0-or-later
import type { PluginSet } from '@lguest-sim/simulation';
import type { PatternDescription } from '@lguest-sim/trace';
import type { ValueSpec } from './field-spec.js';

/** How often one entry of the list can stand for a process. */
export const timesSpec = {
  kind: 'integer',
  min: 1,
  max: 1000,
  default: 1,
  description: 'How many such processes each guest runs.',
} as const satisfies ValueSpec;

/** What tells of which kind a process is. */
export const processKinds = {
  trace: 'A Lackey log, plain or gzip: one process. Relative to the scenario’s file.',
  tree: 'The logs of a program and its children: a directory that holds them, or a list of them.',
  pattern: 'A synthetic workload by name.',
} as const;

/** One kind of process. */
export type ProcessKind = keyof typeof processKinds;

/** The options that a process with this pattern takes, `times` included. */
export function patternFields({ options }: PatternDescription): Record<string, ValueSpec> {
  return { ...options, times: timesSpec };
}

/** The pattern of that name; undefined if there is none. */
export function patternNamed(name: unknown, plugins: PluginSet): PatternDescription | undefined {
  return plugins.all('workload-pattern').find((pattern) => pattern.name === name);
}
