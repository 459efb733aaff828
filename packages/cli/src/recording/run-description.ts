// SPDX-License-Identifier: GPL-2.0-or-later
import type { SimulationConfig } from '@lguest-sim/simulation';
import { treeFiles } from '@lguest-sim/trace/node';
import type { Spool } from '../input/spool.js';
import { carriedName, carriedTrace } from '../input/trace-inputs.js';
import type { WorkloadProcess } from '../input/workload.js';
import { version } from '../report/version.js';
import { describePlugins, type DescribedPlugins } from '../plugins/described-plugins.js';
import { noPlugins, type LoadedPlugins } from '../plugins/load-plugins.js';
import { fileDigest, type FileDigest } from './file-digest.js';

/** A trace file as it was when the run began; `-` is standard input. */
export interface DescribedFile extends FileDigest {
  /** As given, so relative to the directory that the command was started in. */
  readonly path: string;
}

/** One input of a run; what its guests run of them says the configuration. */
export type DescribedProcess =
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
    };

/**
 * A whole run as plain data: the command can do it again from this and the trace files alone. It
 * stands in event logs and checkpoints.
 */
export interface RunDescription {
  /** Version of the command that ran it, for messages. */
  readonly version: string;
  readonly config: SimulationConfig;
  readonly processes: readonly DescribedProcess[];
  /** Files with plug-ins; absent if there were none. */
  readonly plugins?: readonly DescribedPlugins[];
}

/** What a description is made with. */
interface DescribeOptions {
  /** Has what could be read only once. */
  readonly spool: Spool;
  readonly signal: AbortSignal;
  readonly plugins?: LoadedPlugins | undefined;
}

/**
 * Describes a run whose traces have been opened.
 *
 * @throws the system's error for a file that cannot be read; the signal's reason
 */
export async function describeRun(
  config: SimulationConfig,
  processes: readonly WorkloadProcess[],
  { spool, signal, plugins = noPlugins }: DescribeOptions,
): Promise<RunDescription> {
  // One file may be many processes.
  const digests = new Map<string, FileDigest>();
  const describe = async (path: string, file = spool.fileOf(path)): Promise<DescribedFile> => {
    const digest = digests.get(file) ?? (await fileDigest(file, signal));
    digests.set(file, digest);
    return { path, ...digest };
  };
  const described: DescribedProcess[] = [];
  for (const process of processes) described.push(await describeProcess(process, describe));
  const given = describePlugins(plugins);
  return { version: version(), config, processes: described, ...(given && { plugins: given }) };
}

async function describeProcess(
  process: WorkloadProcess,
  describe: (path: string, file?: string) => Promise<DescribedFile>,
): Promise<DescribedProcess> {
  switch (process.kind) {
    case 'carried':
      return { kind: 'carried', file: await describe(carriedName, carriedTrace) };
    case 'trace':
      return { kind: 'trace', file: await describe(process.path) };
    case 'tree': {
      const files: DescribedFile[] = [];
      for (const path of await treeFiles(process.paths)) files.push(await describe(path));
      return { kind: 'tree', paths: process.paths, files };
    }
    case 'pattern':
      return { kind: 'pattern', pattern: process.pattern, options: process.options };
  }
}
