// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openTree } from '@lguest-sim/trace/node';
import { traceInputs } from './trace-inputs.js';
import type { Workload } from './workload.js';

/**
 * The traces and trees named on the command line, the traces first.
 * @param trees for each a directory, or files
 */
export function givenWorkload(
  traces: readonly string[],
  trees: readonly (readonly string[])[],
): Workload {
  return {
    names: [...traces, ...trees.map((paths) => paths[0]!)],
    files: [...traces, ...trees.flatMap((paths) => paths.flatMap(filesAt))],
    processes: [
      ...traces.map((path) => ({ kind: 'trace', path }) as const),
      ...trees.map((paths) => ({ kind: 'tree', paths }) as const),
    ],
    open: async (options) => {
      const inputs = await traceInputs(traces, options);
      const { signal, plugins } = options;
      const readers = plugins?.readers ?? [];
      // One after the other: the first that is bad is the one that is told.
      const opened = [];
      for (const paths of trees) opened.push(await openTree(paths, { signal, readers }));
      return [...inputs, ...opened];
    },
  };
}

/** The files that a path can stand for. One that cannot be read is found out when it is. */
export function filesAt(path: string): string[] {
  try {
    return readdirSync(path).map((name) => join(path, name));
  } catch {
    return [path];
  }
}
