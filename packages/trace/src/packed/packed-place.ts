// SPDX-License-Identifier: GPL-2.0-or-later
import { TraceError } from '../trace-error.js';
import type { TraceErrorCode } from '../trace-error.js';

/** Where in a packed trace its reader is, for messages. */
export class PackedPlace {
  readonly name: string;
  /** Number of the block, from 0; undefined in the file's header. */
  block: number | undefined;
  /** Number of the record in the block, from 1; undefined outside of records. */
  record: number | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** An error that is here. */
  error(code: TraceErrorCode, problem: string, hint?: string): TraceError {
    const { block, record } = this;
    return new TraceError(code, this.name, problem, {
      ...(block !== undefined && { block }),
      ...(record !== undefined && { record }),
      ...(hint !== undefined && { hint }),
    });
  }

  /** Fails since what is here cannot be. */
  fail(expected: string, found: string): never {
    throw this.error('TRACE_DAMAGED', `expected ${expected}, found ${found}`);
  }

  /** The error of a file that ends too soon. */
  cutOff(): TraceError {
    return this.error('TRACE_CUT_OFF', 'expected more blocks, found the end of the file');
  }
}
