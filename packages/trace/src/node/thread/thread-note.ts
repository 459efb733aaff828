// SPDX-License-Identifier: GPL-2.0-or-later
import type { MessagePort } from 'node:worker_threads';
import type { MovedRegion } from '../../moved-region.js';
import { TraceError } from '../../trace-error.js';
import type { TraceErrorCode, TraceErrorDetails } from '../../trace-error.js';
import type { TraceEvent } from '../../trace-event.js';
import type { OpenTraceOptions } from '../open-trace.js';
import type { RingMemory } from './batch-ring.js';

/** What can be said to another thread of how to read a trace. */
export type ThreadTraceOptions = Pick<OpenTraceOptions, 'kernelAddress' | 'name' | 'log'>;

/** What a thread that decodes a trace is given. */
export interface ThreadData {
  readonly path: string;
  readonly options: ThreadTraceOptions;
  readonly ring: RingMemory;
  /** For the notes, in the order of their batches. */
  readonly notes: MessagePort;
}

/** What there is to be said of a batch besides its accesses. Most have nothing. */
export interface ThreadNote {
  readonly events: readonly TraceEvent[];
  /** All regions moved so far, if that has changed. */
  readonly moved?: readonly MovedRegion[];
  /** The trace has ended: there is no such batch. */
  readonly ended?: true;
  /** Reading it failed. */
  readonly failure?: ThreadFailure;
}

/** An error, as one thread can tell it to another. */
export type ThreadFailure =
  | {
      readonly code: TraceErrorCode;
      readonly file: string;
      readonly problem: string;
      readonly details: TraceErrorDetails;
    }
  | { readonly error: Error };

/** What to tell the other thread of an error. */
export function failureOf(error: unknown): ThreadFailure {
  if (!(error instanceof TraceError)) return { error: error as Error };
  const { code, file, problem, details } = error;
  return { code, file, problem, details };
}

/** The error that the other thread told of. */
export function errorOf(failure: ThreadFailure): Error {
  if ('error' in failure) return failure.error;
  const { code, file, problem, details } = failure;
  return new TraceError(code, file, problem, details);
}
