// SPDX-License-Identifier: GPL-2.0-or-later
import type { TraceInput } from '../format/lines.js';
import { readTraces } from '../format/trace-reader.js';
import { HostPool } from '../machine/host-pool.js';
import { replay, type Mismatch, type ReplayOptions } from './replay.js';

/** What came of replaying one file. */
export interface FileResult {
  /** The file's name, as given. */
  readonly file: string;
  /** Whether it held traces and all of them agreed. */
  readonly passed: boolean;
  /** Traces in it. */
  readonly traces: number;
  /** Traces that agreed to their end. */
  readonly tracesPassed: number;
  /** Operations replayed. */
  readonly operations: number;
  /** The first difference of each trace that did not agree. */
  readonly mismatches: readonly Mismatch[];
}

/**
 * Replays every trace of a file and compares each step.
 *
 * @param file its name, for the result
 * @param input its contents, uncompressed
 * @throws ConformanceError if it is not what the format says; there is no verdict then
 */
export function conform(file: string, input: TraceInput, options: ReplayOptions = {}): FileResult {
  const { fidelity, hosts = new HostPool() } = options;
  let traces = 0;
  let operations = 0;
  const mismatches: Mismatch[] = [];
  for (const trace of readTraces(input)) {
    const result = replay(trace, { fidelity, hosts });
    traces++;
    operations += result.operations;
    if (result.mismatch !== undefined) mismatches.push(result.mismatch);
  }
  const tracesPassed = traces - mismatches.length;
  return { file, passed: mismatches.length === 0, traces, tracesPassed, operations, mismatches };
}
