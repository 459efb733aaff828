// SPDX-License-Identifier: GPL-2.0-or-later
import type { PluginSet, TraceInput } from '@lguest-sim/simulation';
import type { TraceTree } from '@lguest-sim/trace';
import type { Spool } from './spool.js';

/** What one process of every guest, and its children, are fed from. */
export type WorkloadInput = TraceInput | TraceTree;

/** What it takes to make a workload ready. */
export interface OpenOptions {
  readonly guests: number;
  readonly spool: Spool;
  /** Keeps what can be read only once, even for one guest: it will be asked for again. */
  readonly keepAll?: boolean;
  /** Patterns and readers of traces beside those that are built in. */
  readonly plugins?: PluginSet | undefined;
  /** Stops the work; what came of it is then good for nothing. */
  readonly signal: AbortSignal;
}

/** One input as plain data. */
export type WorkloadProcess =
  | {
      /** The trace that comes with the command. */
      readonly kind: 'carried';
    }
  | { readonly kind: 'trace'; readonly path: string }
  | { readonly kind: 'tree'; readonly paths: readonly string[] }
  | {
      readonly kind: 'pattern';
      readonly pattern: string;
      readonly options: Readonly<Record<string, number | string>>;
    };

/** What every guest runs. */
export interface Workload {
  /** What results call the inputs, one name each. */
  readonly names: readonly string[];
  /** Files that are read and so must not be written to. */
  readonly files: readonly string[];
  /** The inputs as data, in the same order. */
  readonly processes: readonly WorkloadProcess[];
  /**
   * Makes the inputs.
   * @throws CommandError or TraceError for what cannot be read
   */
  open(options: OpenOptions): Promise<readonly WorkloadInput[]>;
}
