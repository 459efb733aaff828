// SPDX-License-Identifier: GPL-2.0-or-later
import type { TraceError } from '../trace-error.js';

/** A reader is shown so many bytes of a trace to tell by, or all that a shorter one has. */
export const HEAD_BYTES = 4096;

/** A form of traces beside Lackey's text and the packed one. */
export interface TraceReader {
  /** For messages. */
  readonly name: string;
  /**
   * Whether a trace is of this form. Readers are asked in their order, and before the forms that are
   * built in; the first that says yes reads it.
   *
   * @param head how it begins: its first 4096 bytes, decompressed, or all that it has
   */
  matches(head: Uint8Array): boolean;
  /** Starts to read one trace. What it holds may depend on nothing but its bytes. */
  open(sink: TraceSink): TraceParser;
}

/** What takes one trace apart, and hands over what it finds to the sink that it was given. */
export interface TraceParser {
  /**
   * Takes the next bytes, decompressed: any number of them, so a line or a record may end in a
   * later piece. They are the parser's own.
   *
   * @throws TraceError, best one that `TraceSink.error` makes
   */
  write(bytes: Uint8Array): void;
  /** Nothing follows. @throws TraceError if something is missing */
  end(): void;
}

/** Kinds of accesses, by the names that parsers call them. */
export type TracedKind = 'fetch' | 'load' | 'store';

/** A system call, as i386 Linux numbers and names it. */
export interface TracedSystemCall {
  /** Such as 45. */
  readonly number: number;
  /** Such as `brk`. What it does to its process is known by that. */
  readonly name: string;
  /** In order; addresses as traced. */
  readonly args?: readonly (number | string)[];
  /** The value returned, or the positive errno if it failed; null where that is not known. */
  readonly result?: number | null;
  /** Whether it returned an error; it did not unless this says so. */
  readonly failed?: boolean;
  /** The child's process id, for a call that forked. */
  readonly child?: number;
}

/** Takes what a parser finds, in the order of the trace. */
export interface TraceSink {
  /**
   * A fetch of an instruction, a load or a store. What does both is two accesses.
   *
   * @param address virtual, as traced: up to 64 bits; it is moved below the guest kernel if need be
   * @param size in bytes, 1 to 4096; the access may cross a page
   */
  access(kind: TracedKind, address: number | bigint, size: number): void;
  /** A system call. */
  systemCall(call: TracedSystemCall): void;
  /** Whose trace it is: needed of the traces of a tree, before anything else of theirs. */
  process(pid: number, parent?: number): void;
  /**
   * Makes the error of a malformed trace, to be thrown.
   *
   * @param problem such as `expected a size, found "x"`
   * @param line 1-based; without it the message names the record
   */
  error(problem: string, line?: number): TraceError;
}
