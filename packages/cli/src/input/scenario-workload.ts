// SPDX-License-Identifier: GPL-2.0-or-later
import { access, constants } from 'node:fs/promises';
import type { PluginSet } from '@lguest-sim/simulation';
import { patternTree, type Pattern } from '@lguest-sim/trace';
import { openTree } from '@lguest-sim/trace/node';
import { systemReason } from '../errors.js';
import { scenarioError } from '../scenario/document.js';
import type { Scenario, ScenarioProcess } from '../scenario/scenario.js';
import { carriedInput, carriedTrace, traceInputs } from './trace-inputs.js';
import type { OpenOptions, Workload, WorkloadInput, WorkloadProcess } from './workload.js';

/** The processes of a scenario as inputs, one for each. */
export function scenarioWorkload({ file, processes }: Scenario): Workload {
  return {
    names: processes.map(nameOf),
    files: [file, ...processes.flatMap(filesOf)],
    processes: processes.map(dataOf),
    open: async (options) => {
      for (const process of new Set(processes)) await checkReadable(process);
      const traces = await openTraces(processes, options);
      const trees = new Map<ScenarioProcess, WorkloadInput>();
      const inputs: WorkloadInput[] = [];
      for (const process of processes) {
        if (process.kind === 'trace') inputs.push(traces.shift()!);
        else {
          // Copies of a tree are one and the same, and are looked through once.
          const tree = trees.get(process) ?? (await treeOf(process, options));
          trees.set(process, tree);
          inputs.push(tree);
        }
      }
      return inputs;
    },
  };
}

function dataOf(process: ScenarioProcess): WorkloadProcess {
  switch (process.kind) {
    case 'trace': {
      const { kind, path } = process;
      // Where the command is installed is nobody's business but its own.
      return path === carriedTrace ? { kind: 'carried' } : { kind, path };
    }
    case 'tree':
      return { kind: 'tree', paths: process.paths };
    case 'pattern':
      return { kind: 'pattern', pattern: process.pattern, options: process.options };
  }
}

function nameOf(process: ScenarioProcess): string {
  return process.kind === 'pattern' ? process.pattern : filesOf(process)[0]!;
}

function filesOf(process: ScenarioProcess): readonly string[] {
  if (process.kind === 'trace') return [process.path];
  return process.kind === 'tree' ? process.paths : [];
}

/** The plain traces all at once, since one that can be read only once must not be named twice. */
async function openTraces(
  processes: readonly ScenarioProcess[],
  options: OpenOptions,
): Promise<WorkloadInput[]> {
  const paths = processes.flatMap((process) => (process.kind === 'trace' ? [process.path] : []));
  const inputs = await traceInputs(paths, options);
  return inputs.map((input, at) => (paths[at] === carriedTrace ? carriedInput() : input));
}

async function treeOf(
  process: Exclude<ScenarioProcess, { kind: 'trace' }>,
  { signal, plugins }: OpenOptions,
): Promise<WorkloadInput> {
  if (process.kind === 'pattern')
    return patternTree(process.pattern, process.options, patternsOf(plugins));
  return await openTree(process.paths, { signal, readers: plugins?.readers ?? [] });
}

/** For `patternTree`: patterns beside those that are built in. */
export function patternsOf(plugins: PluginSet | undefined): { patterns: readonly Pattern[] } {
  return { patterns: plugins?.patterns ?? [] };
}

async function checkReadable(process: ScenarioProcess): Promise<void> {
  for (const path of filesOf(process)) {
    try {
      await access(path, constants.R_OK);
    } catch (error) {
      const expected = 'expected what can be read';
      throw scenarioError(
        `${process.place}: ${expected}, got ${JSON.stringify(path)}: ${systemReason(error)}`,
        error,
      );
    }
  }
}
