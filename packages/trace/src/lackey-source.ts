// SPDX-License-Identifier: GPL-2.0-or-later
import type { AccessBatch } from './access-batch.js';
import { AddressMover } from './address-mover.js';
import { ByteWindow } from './byte-window.js';
import { LackeyDecoder } from './lackey-decoder.js';
import type { MovedRegion } from './moved-region.js';
import { TraceError } from './trace-error.js';
import type { SystemCallEvent } from './trace-event.js';
import type { TraceSource } from './trace-source.js';

/** How to read a Lackey log. */
export interface LackeyOptions {
  /** For messages: the file's name as the user gave it. */
  readonly name: string;
  /** First address of the guest kernel, a multiple of 4 MiB; 0xc0000000 unless given. */
  readonly kernelAddress?: number;
  /**
   * What moves regions, in place of a new one: for whoever moves system-call arguments as well, or
   * wants several traces to agree. `kernelAddress` is not used then.
   */
  readonly mover?: AddressMover;
  /** What happened just before the log begins; at position 0 of the first batch. */
  readonly firstEvent?: SystemCallEvent;
  /** Whether a log without one access is a trace: of a child that ends at once. */
  readonly mayBeEmpty?: boolean;
  /** Bytes in the file, where known. */
  readonly totalBytes?: number | undefined;
  /** Bytes of the file read so far, where that is not what the chunks add up to. */
  readonly bytesRead?: () => number;
}

/**
 * Reads a trace in Lackey's text form.
 *
 * @param chunks the decompressed text, in pieces of any size, each of which may be overwritten once
 *   the next one is asked for. Nothing is taken from it before the first `read`, and `close` calls
 *   its iterator's `return`. What it throws comes out of `read`.
 * @throws RangeError for a kernel address that is no multiple of 4 MiB.
 */
export function lackeySource(
  chunks: AsyncIterable<Uint8Array>,
  options: LackeyOptions,
): TraceSource {
  return new LackeySource(chunks, options);
}

class LackeySource implements TraceSource {
  readonly name: string;
  readonly totalBytes: number | undefined;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #mover: AddressMover;
  readonly #decoder: LackeyDecoder;
  readonly #window = new ByteWindow();
  readonly #bytesRead: (() => number) | undefined;
  #chunk: Uint8Array = new Uint8Array(0);
  /** Bytes of the chunk that are in the window already. */
  #offset = 0;
  #received = 0;
  #ended = false;
  #closed = false;
  /** Whether there was an access, or need not be one. */
  #anyAccess: boolean;
  #firstEvent: SystemCallEvent | undefined;
  #failure: Error | undefined;

  constructor(chunks: AsyncIterable<Uint8Array>, options: LackeyOptions) {
    this.name = options.name;
    this.totalBytes = options.totalBytes;
    this.#bytesRead = options.bytesRead;
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#mover = options.mover ?? new AddressMover(options.kernelAddress);
    this.#decoder = new LackeyDecoder(options.name, this.#mover);
    this.#anyAccess = options.mayBeEmpty ?? false;
    this.#firstEvent = options.firstEvent;
  }

  get moved(): readonly MovedRegion[] {
    return this.#mover.moved;
  }

  get bytesRead(): number {
    return this.#bytesRead?.() ?? this.#received;
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
    if (this.#firstEvent !== undefined) batch.events.push(this.#firstEvent);
    this.#firstEvent = undefined;
    while (!this.#decoder.decode(this.#window, batch, this.#ended)) {
      if (this.#ended) return this.#endBatch(batch);
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
    if (!this.#anyAccess) {
      throw new TraceError(
        'TRACE_EMPTY',
        this.name,
        'expected a Lackey trace, found not one access',
        {
          hint: 'record with: valgrind --tool=lackey --trace-mem=yes --log-file=FILE PROGRAM',
        },
      );
    }
    return batch.length > 0 || batch.events.length > 0;
  }

  /** Brings more bytes into the window, or finds that there are none. */
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
    }
    this.#offset += this.#window.fill(this.#chunk, this.#offset);
  }
}
