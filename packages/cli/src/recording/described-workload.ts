// SPDX-License-Identifier: GPL-2.0-or-later
import { patternTree, type TraceTree } from '@lguest-sim/trace';
import { openTree } from '@lguest-sim/trace/node';
import { patternsOf } from '../input/scenario-workload.js';
import { carriedInput, carriedName, traceInputs } from '../input/trace-inputs.js';
import type { OpenOptions, Workload, WorkloadInput, WorkloadProcess } from '../input/workload.js';
import type { DescribedProcess, RunDescription } from './run-description.js';
import { TracePlace } from './trace-place.js';

/**
 * The work of a run that was described: the same traces, called what they were called then, once it
 * is certain that they are the same.
 *
 * @param directory where to look for trace files; the current directory unless given
 */
export function describedWorkload({ processes }: RunDescription, directory?: string): Workload {
  const place = new TracePlace(directory);
  return {
    names: processes.map(nameOf),
    files: processes.flatMap(filesOf).map((path) => place.pathOf(path)),
    processes: processes.map(withoutDigests),
    open: async (options) => {
      const traces = await openTraces(processes, place, options);
      // One trace or tree may be many processes, and is looked through once.
      const made = new Map<string, WorkloadInput | undefined>();
      const inputs: WorkloadInput[] = [];
      for (const process of processes) {
        const key = JSON.stringify(process);
        if (!made.has(key)) {
          await place.verify(process, options.spool, options.signal);
          made.set(key, await make(process, place, options));
        }
        inputs.push(made.get(key) ?? traces.shift()!);
      }
      return inputs;
    },
  };
}

/** Nothing of them is read yet, but for those that can be read only once. */
async function openTraces(
  processes: readonly DescribedProcess[],
  place: TracePlace,
  options: OpenOptions,
): Promise<WorkloadInput[]> {
  const paths = processes.filter(({ kind }) => kind === 'trace').map(nameOf);
  const places = paths.map((path) => place.pathOf(path));
  const inputs = await traceInputs(places, options);
  return inputs.map((input, index) => ({ name: paths[index]!, open: () => input.open() }));
}

/** Makes the input of anything but a plain trace. */
async function make(
  process: DescribedProcess,
  place: TracePlace,
  { signal, plugins }: OpenOptions,
): Promise<WorkloadInput | undefined> {
  switch (process.kind) {
    case 'trace':
      return undefined;
    case 'carried':
      return carriedInput();
    case 'pattern':
      return patternTree(process.pattern, process.options, patternsOf(plugins));
    case 'tree': {
      const places = process.paths.map((path) => place.pathOf(path));
      const tree = await openTree(places, { signal, readers: plugins?.readers ?? [] });
      return renamed(tree, process.paths[places.indexOf(tree.name)] ?? tree.name);
    }
  }
}

function renamed(tree: TraceTree, name: string): TraceTree {
  const { root, pids, missing } = tree;
  return { name, root, pids, missing, has: (pid) => tree.has(pid), open: (pid) => tree.open(pid) };
}

function withoutDigests(process: DescribedProcess): WorkloadProcess {
  switch (process.kind) {
    case 'carried':
      return { kind: 'carried' };
    case 'trace':
      return { kind: 'trace', path: process.file.path };
    case 'tree':
      return { kind: 'tree', paths: process.paths };
    case 'pattern':
      return process;
  }
}

function nameOf(process: DescribedProcess): string {
  if (process.kind === 'carried') return carriedName;
  return process.kind === 'pattern' ? process.pattern : filesOf(process)[0]!;
}

function filesOf(process: DescribedProcess): readonly string[] {
  if (process.kind === 'trace') return [process.file.path];
  return process.kind === 'tree' ? process.paths : [];
}
