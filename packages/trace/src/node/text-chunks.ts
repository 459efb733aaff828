// SPDX-License-Identifier: GPL-2.0-or-later
import { pipeline } from 'node:stream';
import type { Readable, TransformOptions } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { ZlibOptions } from 'node:zlib';
import { TraceError } from '../trace-error.js';
import { END } from './file-bytes.js';
import type { FileBytes } from './file-bytes.js';
import { fileError } from './open-file.js';

/** Bytes that decompression hands on at once, and how many it has ready while others are used. */
const INFLATED_BYTES = 512 * 1024;
const INFLATED_AHEAD = 1024 * 1024;

const GZIP_MAGIC = [0x1f, 0x8b] as const;

/** The text of a trace file in chunks, decompressed if its first two bytes say that it is gzip. */
export class TextChunks implements AsyncIterableIterator<Uint8Array> {
  /** Bytes of the file that were read. */
  bytesRead = 0;
  readonly #name: string;
  readonly #file: FileBytes;
  #text: AsyncIterator<Uint8Array> | undefined;
  #inflated: Readable | undefined;
  #closed = false;

  constructor(name: string, file: FileBytes) {
    this.#name = name;
    this.#file = file;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    try {
      this.#text ??= await this.#start();
      const next = await this.#text.next();
      return next.done === true ? END : next;
    } catch (error) {
      if (this.#closed) return END;
      throw this.#explain(error);
    }
  }

  /** Closes the file; a `next` that waits ends. */
  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#closed = true;
    this.#inflated?.destroy();
    await this.#file.close();
    return END;
  }

  /** Reads the first bytes and decides what they are. */
  async #start(): Promise<AsyncIterator<Uint8Array>> {
    const first: Uint8Array[] = [];
    let count = 0;
    while (count < GZIP_MAGIC.length) {
      const next = await this.#nextOfFile();
      if (next === undefined) break;
      first.push(next);
      count += next.length;
    }
    const start = Buffer.concat(first);
    const isGzip = GZIP_MAGIC.every((byte, index) => start[index] === byte);
    const whole = this.#rejoin(start);
    return isGzip ? this.#inflate(whole) : whole;
  }

  async *#rejoin(start: Uint8Array): AsyncGenerator<Uint8Array, undefined> {
    if (start.length > 0) yield start;
    for (;;) {
      const next = await this.#nextOfFile();
      if (next === undefined) return;
      yield next;
    }
  }

  async #nextOfFile(): Promise<Uint8Array | undefined> {
    const next = await this.#file.next();
    if (next.done === true) return undefined;
    this.bytesRead += next.value.length;
    return next.value;
  }

  #inflate(compressed: AsyncIterable<Uint8Array>): AsyncIterator<Uint8Array> {
    const options: ZlibOptions & TransformOptions = {
      chunkSize: INFLATED_BYTES,
      readableHighWaterMark: INFLATED_AHEAD,
    };
    const gunzip = createGunzip(options);
    this.#inflated = gunzip;
    // Errors reach whoever reads `gunzip`, so there is nothing to do about them here.
    pipeline(copies(compressed), gunzip, () => undefined);
    return gunzip[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }

  #explain(cause: unknown): TraceError {
    if (cause instanceof TraceError) return cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === undefined || !code.startsWith('Z_')) return fileError(this.#name, cause);
    const found = code === 'Z_BUF_ERROR' ? 'a truncated one' : `a damaged one (${message})`;
    const problem = `expected a whole gzip file, found ${found}`;
    const hint = 'check it with: gzip --test FILE';
    return new TraceError('TRACE_DAMAGED_GZIP', this.#name, problem, { cause, hint });
  }
}

/** Decompression goes on with a piece while the next one is asked for already. */
async function* copies(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, undefined> {
  for await (const piece of pieces) yield piece.slice();
  return undefined;
}
