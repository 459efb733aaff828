// SPDX-License-Identifier: GPL-2.0-or-later
import type { AccessBatch } from '../access-batch.js';
import type { AddressMover } from '../address-mover.js';
import type { ChunkDecoder } from '../chunk-source.js';
import type { LackeyHeader } from '../lackey-header.js';
import { TraceError } from '../trace-error.js';
import { CheckedSink, readerError, type SinkOptions } from './checked-sink.js';
import { RecordQueue } from './record-queue.js';
import type { TraceParser, TraceReader } from './trace-reader.js';

/** Bytes that a parser is given at once: what it finds in them waits in memory. */
const PIECE_BYTES = 16 * 1024;

/**
 * Lets a reader decode a trace.
 *
 * Everything that comes before an error is handed out before it: so batches do not depend on how
 * the bytes arrive, there neither.
 */
export class ReaderDecoder implements ChunkDecoder {
  readonly finished = false;
  readonly format: string;
  readonly #queue: RecordQueue;
  readonly #options: SinkOptions;
  readonly #parser: TraceParser;
  #failure: Error | undefined;
  #ended = false;

  /**
   * @param trace its name, for messages
   * @param header is told whose trace it is
   * @throws TraceError if the reader makes no parser
   */
  constructor(trace: string, reader: TraceReader, mover: AddressMover, header: LackeyHeader) {
    const queue = new RecordQueue(trace, mover);
    this.format = reader.name;
    const process = (pid: number, parent: number | undefined): void => {
      header.pid ??= pid;
      header.parent ??= parent;
    };
    this.#queue = queue;
    this.#options = { trace, reader: reader.name, queue, process };
    this.#parser = this.#open(reader);
  }

  take(chunk: Uint8Array, offset: number): number {
    const piece = chunk.slice(offset, offset + PIECE_BYTES);
    this.#let(() => this.#parser.write(piece));
    return piece.length;
  }

  startBatch(): void {
    this.#queue.startBatch();
  }

  decode(batch: AccessBatch, ended: boolean): boolean {
    for (;;) {
      if (this.#queue.moveTo(batch)) return true;
      if (this.#failure !== undefined) throw this.#failure;
      if (!ended || this.#ended) return false;
      this.#ended = true;
      this.#let(() => this.#parser.end());
    }
  }

  #open(reader: TraceReader): TraceParser {
    let parser: unknown;
    this.#let(() => (parser = reader.open(new CheckedSink(this.#options))));
    if (this.#failure !== undefined) throw this.#failure;
    const { write, end } = (parser ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof write === 'function' && typeof end === 'function') return parser as TraceParser;
    throw readerError(this.#options, 'open(sink): expected an object with write and end');
  }

  /** Lets the reader do something; what it throws is kept until all before it was handed out. */
  #let(act: () => unknown): void {
    if (this.#failure !== undefined) return;
    try {
      act();
    } catch (error) {
      this.#failure = error instanceof TraceError ? error : this.#thrown(error);
    }
  }

  #thrown(error: unknown): TraceError {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return readerError(this.#options, `expected to read on, it threw ${text}`, error);
  }
}

/**
 * The first reader that says that a trace is of its form.
 * @throws TraceError for a reader that does not say yes or no
 */
export function readerFor(
  trace: string,
  readers: readonly TraceReader[],
  head: Uint8Array,
): TraceReader | undefined {
  return readers.find((reader) => {
    let answer: unknown;
    let cause: unknown;
    try {
      answer = reader.matches(head.slice());
    } catch (error) {
      cause = error;
      answer = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
    if (typeof answer === 'boolean') return answer;
    const problem = `trace reader ${reader.name}: matches(head): expected true or false, got ${String(answer)}`;
    throw new TraceError('TRACE_READER', trace, problem, cause === undefined ? {} : { cause });
  });
}
