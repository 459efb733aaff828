// SPDX-License-Identifier: GPL-2.0-or-later
import type { TraceInput } from '@lguest-sim/simulation';
import type { TraceTree } from '@lguest-sim/trace';
import type { Spool } from './spool.js';

/** What one process of every guest, and its children, are fed from. */
export type WorkloadInput = TraceInput | TraceTree;

/** What it takes to make a workload ready. */
export interface OpenOptions {
  readonly guests: number;
  readonly spool: Spool;
  /** Stops the work; what came of it is then good for nothing. */
  readonly signal: AbortSignal;
}

/** What every guest runs. */
export interface Workload {
  /** What results call the inputs, one name each. */
  readonly names: readonly string[];
  /** Files that are read and so must not be written to. */
  readonly files: readonly string[];
  /**
   * Makes the inputs.
   * @throws CommandError or TraceError for what cannot be read
   */
  open(options: OpenOptions): Promise<readonly WorkloadInput[]>;
}
