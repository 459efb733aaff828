// SPDX-License-Identifier: GPL-2.0-or-later
import type { BenchmarkName } from '../options/bench-options.js';

/** What a benchmark may use while it runs. */
export interface BenchContext {
  /** A directory for files, which is taken away afterwards. */
  readonly directory: string;
  /** Records that a joined trace has at least. */
  readonly records: number;
  /** The command that is run for whole runs: its file. */
  readonly command: string;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

/** One thing that is measured. */
export interface Benchmark {
  readonly name: BenchmarkName;
  /** What it measures, in a few words. */
  readonly title: string;
  readonly unit: 'accesses/s' | 'switches/s' | 'ns' | 'ns/access';
  /** What the project aims at, in that unit, if it aims at anything. */
  readonly aim?: number;
  /** Measures once; returns a figure in its unit. */
  measure(context: BenchContext): Promise<number>;
}

/** Whether more is better. */
export function isRate({ unit }: Pick<Benchmark, 'unit'>): boolean {
  return unit.endsWith('/s');
}
