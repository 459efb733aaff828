// SPDX-License-Identifier: GPL-2.0-or-later
import type { AccessBatch } from './access-batch.js';
import type { AddressMover } from './address-mover.js';
import type { MovedRegion } from './moved-region.js';
import { TraceError } from './trace-error.js';
import type { TraceSource } from './trace-source.js';
import type { SourceOptions } from './source-options.js';

/** Makes batches of bytes that arrive in pieces. */
export interface ChunkDecoder {
  /**
   * Takes over bytes of `chunk` from `offset` on, of which there is at least one. Only called when
   * `decode` has made what it could of those before.
   *
   * @returns how many.
   * @throws TraceError
   */
  take(chunk: Uint8Array, offset: number): number;

  /** To be called when the batch to decode into has been emptied. */
  startBatch(): void;

  /**
   * Decodes what was taken, until the batch is full or more bytes are needed.
   *
   * @param ended no more bytes will come.
   * @returns whether the batch is full.
   * @throws TraceError
   */
  decode(batch: AccessBatch, ended: boolean): boolean;

  /** What it decodes, if that is not one of the forms that are built in. */
  readonly format?: string | undefined;

  /** Whether all that is wanted was decoded, so that no more bytes are needed. */
  readonly finished: boolean;
}

/** A trace that a decoder makes of chunks of bytes. */
export class ChunkSource implements TraceSource {
  readonly name: string;
  readonly totalBytes: number | undefined;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #mover: AddressMover;
  readonly #decoder: ChunkDecoder;
  readonly #options: SourceOptions;
  #chunk: Uint8Array = new Uint8Array(0);
  /** Bytes of the chunk that the decoder has already. */
  #offset = 0;
  #received = 0;
  #ended = false;
  #closed = false;
  /** Whether there was an access, or need not be one. */
  #anyAccess: boolean;
  /** Whether no batch was started yet. */
  #first = true;
  #failure: Error | undefined;

  constructor(
    chunks: AsyncIterable<Uint8Array>,
    decoder: ChunkDecoder,
    mover: AddressMover,
    options: SourceOptions,
  ) {
    this.name = options.name;
    this.totalBytes = options.totalBytes;
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#decoder = decoder;
    this.#mover = mover;
    this.#options = options;
    this.#anyAccess = options.mayBeEmpty ?? false;
  }

  get moved(): readonly MovedRegion[] {
    return this.#mover.moved;
  }

  get bytesRead(): number {
    return this.#options.bytesRead?.() ?? this.#received;
  }

  async read(batch: AccessBatch): Promise<boolean> {
    batch.clear();
    if (this.#closed) return false;
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return await this.#fillBatch(batch);
    } catch (error) {
      batch.clear();
      // Closing pulls the bytes away from under a read: that is no error.
      if (this.#closed) return false;
      this.#failure = error instanceof Error ? error : new Error(String(error));
      throw this.#failure;
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#chunk = new Uint8Array(0);
    await this.#chunks.return?.();
  }

  async #fillBatch(batch: AccessBatch): Promise<boolean> {
    this.#decoder.startBatch();
    const { firstEvent } = this.#options;
    if (this.#first && firstEvent !== undefined) batch.events.push(firstEvent);
    this.#first = false;
    while (!this.#decoder.decode(batch, this.#ended)) {
      if (this.#ended || this.#decoder.finished) return this.#endBatch(batch);
      await this.#refill();
      if (this.#closed) {
        batch.clear();
        return false;
      }
    }
    this.#anyAccess ||= batch.length > 0;
    return true;
  }

  #endBatch(batch: AccessBatch): boolean {
    this.#anyAccess ||= batch.length > 0;
    if (!this.#anyAccess) throw emptyTrace(this.name, this.#decoder.format);
    return batch.length > 0 || batch.events.length > 0;
  }

  /** Brings more bytes to the decoder, or finds that there are none. */
  async #refill(): Promise<void> {
    if (this.#offset === this.#chunk.length) {
      const next = await this.#chunks.next();
      if (next.done === true) {
        this.#ended = true;
        return;
      }
      this.#chunk = next.value;
      this.#offset = 0;
      this.#received += next.value.length;
      if (next.value.length === 0) return;
    }
    this.#offset += this.#decoder.take(this.#chunk, this.#offset);
  }
}

/** Says that there is nothing to run. */
export function emptyTrace(name: string, format?: string): TraceError {
  if (format !== undefined) {
    const problem = `expected a trace in the form ${format}, found not one access`;
    return new TraceError('TRACE_EMPTY', name, problem);
  }
  const problem = 'expected a Lackey trace, found not one access';
  return new TraceError('TRACE_EMPTY', name, problem, {
    hint: 'record with: valgrind --tool=lackey --trace-mem=yes --log-file=FILE PROGRAM',
  });
}
