// SPDX-License-Identifier: GPL-2.0-or-later
import type { Fidelity } from '@lguest-sim/mmu-host';
import type { StepResult } from '../format/result.js';
import type { Step, Trace } from '../format/trace-reader.js';
import { HostExhausted } from '../machine/host-exhausted.js';
import { HostPool } from '../machine/host-pool.js';
import { ConformanceMachine } from '../machine/machine.js';
import { differences, sameResult, type Difference } from './compare.js';

/** Where a replay first went another way than the trace. */
export interface Mismatch {
  /** Line of the trace's header. */
  readonly traceLine: number;
  /** Number of the operation in its trace, from 0. */
  readonly index: number;
  /** The step that came out differently. */
  readonly step: Step;
  /** The step before it, which still agreed; undefined for the first. */
  readonly before: Step | undefined;
  /** What came out instead; undefined if the code under test failed with `failure`. */
  readonly actual: StepResult | undefined;
  /** An error of our own that is no crash of the original's. */
  readonly failure: string | undefined;
  /** Which fields of the result differ. */
  readonly differences: readonly Difference[];
}

/** What came of replaying one trace. */
export interface TraceResult {
  /** Whether every step came out as recorded. */
  readonly passed: boolean;
  /** Line of the trace's header. */
  readonly line: number;
  /** Operations replayed, the one that differed included. */
  readonly operations: number;
  /** The first difference; nothing after it is compared. */
  readonly mismatch: Mismatch | undefined;
}

/** How to replay. */
export interface ReplayOptions {
  /** Whether the code under test has the original's defects; `original` by default. */
  readonly fidelity?: Fidelity | undefined;
  /** Where host memory comes from; many replays one after the other share a pool. */
  readonly hosts?: HostPool | undefined;
}

/**
 * Replays a trace up to its end or to the first result that differs.
 * @throws HostExhausted if the trace needs more host memory than a replay has
 */
export function replay(trace: Trace, options: ReplayOptions = {}): TraceResult {
  const { fidelity, hosts = new HostPool() } = options;
  const { header } = trace;
  const machine = new ConformanceMachine(header, { fidelity, host: hosts.take(header) });
  for (let index = 0; index < trace.steps.length; index++) {
    const mismatch = replayStep(machine, trace, index);
    if (mismatch !== undefined) {
      return { passed: false, line: trace.line, operations: index + 1, mismatch };
    }
  }
  const operations = trace.steps.length;
  return { passed: true, line: trace.line, operations, mismatch: undefined };
}

function replayStep(
  machine: ConformanceMachine,
  trace: Trace,
  index: number,
): Mismatch | undefined {
  const step = trace.steps[index]!;
  let actual: StepResult | undefined;
  let failure: string | undefined;
  try {
    actual = machine.step(step.operation);
    if (sameResult(step.expected, actual)) return undefined;
  } catch (error) {
    if (error instanceof HostExhausted) throw error;
    failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  return {
    traceLine: trace.line,
    index,
    step,
    before: trace.steps[index - 1],
    actual,
    failure,
    differences: differences(step.expected, actual ?? {}),
  };
}
