// SPDX-License-Identifier: GPL-2.0-or-later
import { MessageChannel, Worker, receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { AccessBatch } from '../../access-batch.js';
import type { MovedRegion } from '../../moved-region.js';
import { BatchRing } from './batch-ring.js';
import { errorOf } from './thread-note.js';
import type { ThreadData, ThreadNote, ThreadTraceOptions } from './thread-note.js';

/** What a thread is to decode. */
export interface ThreadTask {
  readonly path: string;
  readonly options: ThreadTraceOptions;
  /** Accesses of a batch. */
  readonly capacity: number;
  /** The thread's program; see `DecoderThreads`. */
  readonly program: URL;
}

/** Another thread that decodes a trace, from the second batch on, seen from the one that runs it. */
export class DecoderThread {
  /** Bytes of the file that had been read when the batch taken last was full. */
  bytesRead = 0;
  /** As of the batch taken last. */
  moved: readonly MovedRegion[] = [];
  readonly #ring: BatchRing;
  readonly #worker: Worker;
  readonly #notes: MessagePort;
  #wake: (() => void) | undefined;
  /** What every further `take` throws. */
  #failure: Error | undefined;
  #ended = false;
  #closed = false;

  constructor({ path, options, capacity, program }: ThreadTask) {
    const { port1, port2 } = new MessageChannel();
    this.#ring = BatchRing.create(capacity);
    this.#notes = port1;
    const workerData: ThreadData = { path, options, ring: this.#ring.memory, notes: port2 };
    this.#worker = new Worker(program, { workerData, transferList: [port2] });
    this.#worker.on('message', () => this.#wake?.());
    this.#worker.on('error', (error) => this.#die(error));
    this.#worker.on('exit', () => this.#die(new Error(`the thread that reads ${path} has ended`)));
  }

  /**
   * Fills an empty batch with the next one, as soon as it is there.
   *
   * @returns false if the trace has ended, or was closed.
   * @throws TraceError
   */
  async take(batch: AccessBatch): Promise<boolean> {
    const ring = this.#ring;
    while (ring.isEmpty && !this.#ended && !this.#closed) {
      if (this.#failure !== undefined) throw this.#failure;
      await this.#arrival();
    }
    if (this.#ended || this.#closed) return false;
    ring.copyFirst(batch);
    this.bytesRead = ring.firstBytesRead;
    const note = ring.firstHasNote ? this.#nextNote() : undefined;
    ring.dropFirst();
    if (note === undefined) return true;
    this.moved = note.moved ?? this.moved;
    if (note.failure !== undefined) throw (this.#failure = errorOf(note.failure));
    batch.events.push(...note.events);
    this.#ended = note.ended === true;
    return !this.#ended;
  }

  /** Ends the thread; a `take` that waits returns false. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#ring.close();
    this.#wake?.();
    this.#notes.close();
    await this.#worker.terminate();
  }

  /** Waits until something is put in the ring, or nothing will be. */
  async #arrival(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (!this.#ring.sleep()) resolve();
    });
    this.#wake = undefined;
  }

  #die(error: Error): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  /** It was sent before its batch was put in the ring. */
  #nextNote(): ThreadNote {
    return receiveMessageOnPort(this.#notes)!.message as ThreadNote;
  }
}
