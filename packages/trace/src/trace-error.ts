// SPDX-License-Identifier: GPL-2.0-or-later

/** What is wrong with a trace; `TraceError.code` is one of these. */
export type TraceErrorCode =
  | 'TRACE_MALFORMED' // a line that is no record, system call or remark
  | 'TRACE_CUT_OFF' // the last line ends in the middle
  | 'TRACE_EMPTY' // not one access in the whole trace
  | 'TRACE_NO_ROOM' // more regions than fit below the kernel's address
  | 'TRACE_NO_TREE' // logs that are not those of one program and its children
  | 'TRACE_TWICE' // two logs of one process
  | 'TRACE_NOT_FOUND'
  | 'TRACE_IS_DIRECTORY'
  | 'TRACE_UNREADABLE'
  | 'TRACE_DAMAGED_GZIP' // truncated or damaged compressed data
  | 'TRACE_DAMAGED' // a packed trace that was changed, or was never one
  | 'TRACE_READER' // a reader that was plugged in does what it must not
  | 'TRACE_VERSION' // a packed trace of a version that this reader does not know
  | 'TRACE_IS_TREE'; // a packed tree where one log is meant

/** Where an error is, and what may help against it. */
export interface TraceErrorDetails {
  /** Line in the decompressed text, 1-based. */
  readonly line?: number;
  /** Block of a packed trace, from 0. */
  readonly block?: number;
  /** Record in the block, from 1; without a block, in the trace. */
  readonly record?: number;
  /** What to try. */
  readonly hint?: string;
  /** The error that it came of. */
  readonly cause?: unknown;
}

/**
 * A trace that cannot be read. `message` is one line and complete in itself: it starts with the
 * file's name as given (and the line's number, or the block's and the record's), and says what was expected.
 */
export class TraceError extends Error {
  /** Name of the class. */
  override readonly name = 'TraceError';
  /** What a program tells it by. */
  readonly code: TraceErrorCode;
  /** The trace's name as the caller gave it. */
  readonly file: string;
  /** What was expected, and what was found. */
  readonly problem: string;
  /** Where in the file, and what may help. */
  readonly details: TraceErrorDetails;

  constructor(
    code: TraceErrorCode,
    file: string,
    problem: string,
    details: TraceErrorDetails = {},
  ) {
    super(
      `${placeIn(file, details)}: ${problem}`,
      details.cause === undefined ? {} : { cause: details.cause },
    );
    this.code = code;
    this.file = file;
    this.problem = problem;
    this.details = details;
  }

  /** Line in the decompressed text, 1-based; absent where the error is the whole file's. */
  get line(): number | undefined {
    return this.details.line;
  }

  /** What to try. */
  get hint(): string | undefined {
    return this.details.hint;
  }
}

function placeIn(file: string, { line, block, record }: TraceErrorDetails): string {
  if (line !== undefined) return `${file}:${line}`;
  if (block === undefined) return record === undefined ? file : `${file}: record ${record}`;
  return `${file}: block ${block}${record === undefined ? '' : `, record ${record}`}`;
}
