// SPDX-License-Identifier: GPL-2.0-or-later
import type { SimulationConfig } from '@lguest-sim/simulation';
import { treeFiles } from '@lguest-sim/trace/node';
import type { Spool } from '../input/spool.js';
import { carriedName, carriedTrace } from '../input/trace-inputs.js';
import type { WorkloadProcess } from '../input/workload.js';
import { version } from '../overview.js';
import { fileDigest, type FileDigest } from './file-digest.js';

/** A trace file as it was when the run began; `-` is standard input. */
export interface DescribedFile extends FileDigest {
  /** As given, so relative to the directory that the command was started in. */
  readonly path: string;
}

/** One entry of a run's processes. */
export type DescribedProcess = {
  /** How many such processes each guest runs. */
  readonly times: number;
} & (
  | { readonly kind: 'trace'; readonly file: DescribedFile }
  | {
      /** The trace that comes with the command. */
      readonly kind: 'carried';
      readonly file: DescribedFile;
    }
  | {
      readonly kind: 'tree';
      /** A directory or files, as given. */
      readonly paths: readonly string[];
      /** The logs that they stand for. */
      readonly files: readonly DescribedFile[];
    }
  | {
      readonly kind: 'pattern';
      readonly pattern: string;
      readonly options: Readonly<Record<string, number | string>>;
    }
);

/**
 * A whole run as plain data: the command can do it again from this and the trace files alone. It
 * stands in event logs and checkpoints.
 */
export interface RunDescription {
  /** Version of the command that ran it, for messages. */
  readonly version: string;
  readonly config: SimulationConfig;
  readonly processes: readonly DescribedProcess[];
}

/**
 * Describes a run whose traces have been opened.
 *
 * @param spool has what could be read only once
 * @throws the system's error for a file that cannot be read; the signal's reason
 */
export async function describeRun(
  config: SimulationConfig,
  processes: readonly WorkloadProcess[],
  spool: Spool,
  signal: AbortSignal,
): Promise<RunDescription> {
  const describe = async (path: string, file = spool.fileOf(path)): Promise<DescribedFile> => {
    return { path, ...(await fileDigest(file, signal)) };
  };
  const described: DescribedProcess[] = [];
  for (const process of processes) described.push(await describeProcess(process, describe));
  return { version: version(), config, processes: described };
}

async function describeProcess(
  process: WorkloadProcess,
  describe: (path: string, file?: string) => Promise<DescribedFile>,
): Promise<DescribedProcess> {
  const { times } = process;
  switch (process.kind) {
    case 'carried':
      return { kind: 'carried', times, file: await describe(carriedName, carriedTrace) };
    case 'trace':
      return { kind: 'trace', times, file: await describe(process.path) };
    case 'tree': {
      const files: DescribedFile[] = [];
      for (const path of await treeFiles(process.paths)) files.push(await describe(path));
      return { kind: 'tree', times, paths: process.paths, files };
    }
    case 'pattern':
      return { kind: 'pattern', times, pattern: process.pattern, options: process.options };
  }
}
