// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessKind } from '../access-batch.js';
import { MAX_ACCESS_BYTES } from '../lackey-record.js';
import { TraceError } from '../trace-error.js';
import type { RecordQueue } from './record-queue.js';
import type { TracedKind, TracedSystemCall, TraceSink } from './trace-reader.js';

const TWO_TO_32 = 2 ** 32;

/** What the sink of one trace is made of. */
export interface SinkOptions {
  /** The trace's name, for messages. */
  readonly trace: string;
  /** The reader's name, for messages. */
  readonly reader: string;
  readonly queue: RecordQueue;
  /** Is told whose trace it is. */
  readonly process: (pid: number, parent: number | undefined) => void;
}

/** Lets nothing into a trace that cannot be in one: what a parser does wrong is told as its reader's. */
export class CheckedSink implements TraceSink {
  readonly #options: SinkOptions;
  readonly #queue: RecordQueue;

  constructor(options: SinkOptions) {
    this.#options = options;
    this.#queue = options.queue;
  }

  access(kind: TracedKind, address: number | bigint, size: number): void {
    const code = Object.hasOwn(AccessKind, kind) ? AccessKind[kind] : -1;
    if (code < 0) throw this.#wrong('access', 'kind fetch, load or store', kind);
    if (!Number.isInteger(size) || size < 1 || size > MAX_ACCESS_BYTES) {
      throw this.#wrong('access', `a size from 1 to ${MAX_ACCESS_BYTES} bytes`, size);
    }
    const isBig = typeof address === 'bigint';
    const high = isBig ? Number(address >> 32n) : Math.floor(address / TWO_TO_32);
    const low = isBig ? Number(address & 0xffffffffn) : address >>> 0;
    const isWhole = isBig || Number.isSafeInteger(address);
    if (!isWhole || high < 0 || high >= TWO_TO_32 || endsBeyond(high, low, size)) {
      throw this.#wrong('access', 'a whole address, with its size within 64 bits', address);
    }
    this.#queue.putAccess(code, high, low, size);
  }

  systemCall(call: TracedSystemCall): void {
    const { number, name, args = [], result = null, failed = false, child } = call;
    if (!isCount(number)) throw this.#wrong('systemCall', 'a number', number);
    if (typeof name !== 'string' || name === '') {
      throw this.#wrong('systemCall', 'a name', name);
    }
    const isArgument = (value: unknown): boolean => ['number', 'string'].includes(typeof value);
    if (!isListOf(args, isArgument)) {
      throw this.#wrong('systemCall', 'args of numbers and texts', args);
    }
    if (result !== null && !Number.isFinite(result)) {
      throw this.#wrong('systemCall', 'a result that is a number or null', result);
    }
    if (typeof failed !== 'boolean') throw this.#wrong('systemCall', 'failed or not', failed);
    if (child !== undefined && !isCount(child)) {
      throw this.#wrong('systemCall', 'a child’s process id', child);
    }
    this.#queue.putCall({ ...call, args: args.slice() });
  }

  process(pid: number, parent?: number): void {
    if (!isCount(pid) || (parent !== undefined && !isCount(parent))) {
      throw this.#wrong('process', 'process ids', [pid, parent]);
    }
    this.#options.process(pid, parent);
  }

  error(problem: string, line?: number): TraceError {
    const { trace } = this.#options;
    const place = line === undefined ? { record: this.#queue.records + 1 } : { line };
    return new TraceError('TRACE_MALFORMED', trace, problem, place);
  }

  /** What the reader did wrong. */
  #wrong(member: string, expected: string, found: unknown): TraceError {
    return readerError(this.#options, `${member}: expected ${expected}, got ${textOf(found)}`);
  }
}

/** An error of a reader, and not of the trace that it reads. */
export function readerError(
  { trace, reader, queue }: Pick<SinkOptions, 'trace' | 'reader' | 'queue'>,
  problem: string,
  cause?: unknown,
): TraceError {
  const details = { record: queue.records + 1, ...(cause !== undefined && { cause }) };
  return new TraceError('TRACE_READER', trace, `trace reader ${reader}: ${problem}`, details);
}

function endsBeyond(high: number, low: number, size: number): boolean {
  return high === TWO_TO_32 - 1 && low + size > TWO_TO_32;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function textOf(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'string' || Array.isArray(value) ? JSON.stringify(value) : String(value);
}

function isListOf(value: unknown, isOne: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}
