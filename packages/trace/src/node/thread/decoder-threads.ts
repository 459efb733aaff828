// SPDX-License-Identifier: GPL-2.0-or-later
import { open } from 'node:fs/promises';
import { MAGIC } from '../../packed/format.js';
import type { TraceSource } from '../../trace-source.js';
import { openTrace } from '../open-trace.js';
import type { OpenTraceOptions } from '../open-trace.js';
import { DecoderThread } from './decoder-thread.js';
import { ThreadedSource } from './threaded-source.js';
import type { ThreadTraceOptions } from './thread-note.js';

/**
 * Accesses from which on a thread pays. Measured on two processors: with 9 million it makes a run some
 * 15 % slower, with 34 million 0 to 10 % faster, with 100 million 10 to 35 %.
 */
const WORTH_A_THREAD = 24_000_000;

/** What a gzip file begins with, and the bytes that an access takes there at the least. */
const GZIP = { first: 0x1f, bytes: 0.3 };

const TEXT_BYTES = 12;

/**
 * Opens traces that other threads decode. A result does not depend on whether there is one: only how
 * soon it is there does.
 */
export class DecoderThreads {
  readonly #program: URL;
  readonly #worthwhile: number;
  #free: number;

  /**
   * @param most threads at a time: as a rule one less than there are processors.
   * @param options.program what such a thread runs, if that is not next to this module.
   * @param options.worthwhile accesses from which on a trace is given a thread.
   */
  constructor(most: number, options: { program?: URL; worthwhile?: number } = {}) {
    this.#free = most;
    this.#program = options.program ?? new URL('./decoder.js', import.meta.url);
    this.#worthwhile = options.worthwhile ?? WORTH_A_THREAD;
  }

  /** Threads that are left. */
  get free(): number {
    return this.#free;
  }

  /**
   * Opens a trace as `openTrace` does. If it is a regular file, long, and there is a thread left for it,
   * that decodes it ahead, and is free again when the source is closed.
   *
   * @throws TraceError for a missing file, a directory, or one that may not be read.
   */
  async open(
    path: string,
    { readers = [], ...options }: ThreadTraceOptions & Pick<OpenTraceOptions, 'readers'> = {},
  ): Promise<TraceSource> {
    const source = await openTrace(path, { ...options, readers });
    // What reads other forms are functions, which another thread cannot be given.
    if (readers.length > 0) return source;
    if (this.#free === 0 || !(await this.#isLong(path, source.totalBytes))) return source;
    const start = (capacity: number): DecoderThread | undefined => {
      if (this.#free === 0) return undefined;
      this.#free--;
      return new DecoderThread({ path, options, capacity, program: this.#program });
    };
    return new ThreadedSource(source, start, () => this.#free++);
  }

  /** Whether a regular file is likely to hold many accesses. */
  async #isLong(path: string, bytes: number | undefined): Promise<boolean> {
    if (bytes === undefined || bytes < this.#worthwhile * GZIP.bytes) return false;
    const file = await open(path);
    try {
      const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 0);
      const [first] = buffer;
      // What is packed is not decoded access by access, which is all that a thread could take over.
      if (first === MAGIC[0]) return false;
      return bytes / (first === GZIP.first ? GZIP.bytes : TEXT_BYTES) >= this.#worthwhile;
    } finally {
      await file.close();
    }
  }
}
