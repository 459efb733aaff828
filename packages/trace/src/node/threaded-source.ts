// SPDX-License-Identifier: GPL-2.0-or-later
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { AccessBatch, DEFAULT_BATCH_CAPACITY } from '../access-batch.js';
import type { MovedRegion } from '../moved-region.js';
import type { TraceSource } from '../trace-source.js';
import { openTrace } from './open-trace.js';
import type { DecodedBatch, OpenRequest, UsedBatch } from './thread-messages.js';

/** How to read a trace on another thread. */
export interface ThreadedTraceOptions {
  /** First address of the guest kernel, a multiple of 4 MiB; 0xc0000000 unless given. */
  readonly kernelAddress?: number;
}

/** Decodes for all sources of the process; there while there is one. */
let thread: Worker | undefined;
let users = 0;

/**
 * Opens a trace file that another thread reads, decompresses and decodes, some batches ahead of its
 * use. What is read is what `openTrace` reads: if anything goes wrong over there, reading goes on
 * over here from the same place, and what is wrong with the trace is thrown as ever.
 *
 * Batches are of the usual capacity; a first batch of another is read over here, as are all after it.
 *
 * @param path a regular file.
 * @param totalBytes its size.
 */
export function openThreadedTrace(
  path: string,
  totalBytes: number,
  options: ThreadedTraceOptions = {},
): TraceSource {
  return new ThreadedSource(path, totalBytes, options);
}

class ThreadedSource implements TraceSource {
  readonly name: string;
  readonly totalBytes: number;
  moved: readonly MovedRegion[] = [];
  bytesRead = 0;
  readonly #options: ThreadedTraceOptions;
  readonly #port: MessagePort;
  readonly #thread: Worker;
  readonly #arrived: DecodedBatch[] = [];
  #wake: (() => void) | undefined;
  /** Nothing more comes from the thread, which has failed or gone. */
  #deserted = false;
  #closed = false;
  /** Batches read. */
  #read = 0;
  /** What reads on, after the thread has failed. */
  #here: TraceSource | undefined;

  constructor(path: string, totalBytes: number, options: ThreadedTraceOptions) {
    this.name = path;
    this.totalBytes = totalBytes;
    this.#options = options;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.on('message', (batch: DecodedBatch) => this.#arrive(batch));
    this.#thread = useThread();
    this.#thread.on('exit', this.#desert);
    const request: OpenRequest = { path, kernelAddress: options.kernelAddress, port: port2 };
    this.#thread.postMessage(request, [port2]);
  }

  async read(batch: AccessBatch): Promise<boolean> {
    if (this.#here === undefined) {
      const isUsual = batch.capacity === DEFAULT_BATCH_CAPACITY;
      const decoded = isUsual ? await this.#next() : undefined;
      batch.clear();
      if (this.#closed) return false;
      if (decoded !== undefined) return this.#take(decoded, batch);
      this.#here = await this.#openHere();
    }
    const more = await this.#here.read(batch);
    this.moved = this.#here.moved;
    this.bytesRead = this.#here.bytesRead;
    return more;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#port.close();
    this.#thread.off('exit', this.#desert);
    this.#desert();
    await Promise.all([this.#here?.close(), releaseThread()]);
  }

  /** The next batch from the thread, or undefined if it has failed. */
  async #next(): Promise<DecodedBatch> {
    for (;;) {
      if (this.#arrived.length > 0) return this.#arrived.shift();
      // Without a turn of the event loop, if it is there already.
      const received = receiveMessageOnPort(this.#port) as { message: DecodedBatch } | undefined;
      if (received !== undefined) return received.message;
      if (this.#deserted) return undefined;
      await new Promise<void>((wake) => (this.#wake = wake));
    }
  }

  #take(decoded: NonNullable<DecodedBatch>, batch: AccessBatch): boolean {
    const { addresses, info, length, events, more } = decoded;
    batch.addresses.set(addresses.subarray(0, length));
    batch.info.set(info.subarray(0, length));
    batch.length = length;
    batch.events.push(...events);
    this.moved = decoded.moved ?? this.moved;
    this.bytesRead = decoded.bytesRead;
    this.#read++;
    const used: UsedBatch = { addresses, info };
    this.#port.postMessage(used, [addresses.buffer, info.buffer]);
    return more;
  }

  /** Opens the trace on this thread, and goes to where reading has got to. */
  async #openHere(): Promise<TraceSource> {
    const source = await openTrace(this.name, this.#options);
    const passed = new AccessBatch();
    for (let batch = 0; batch < this.#read; batch++) await source.read(passed);
    return source;
  }

  #arrive(batch: DecodedBatch): void {
    this.#arrived.push(batch);
    this.#wake?.();
  }

  readonly #desert = (): void => {
    this.#deserted = true;
    this.#wake?.();
  };
}

function useThread(): Worker {
  users++;
  thread ??= startThread();
  return thread;
}

function startThread(): Worker {
  const started = new Worker(new URL('./decoder-thread.js', import.meta.url));
  // Its sources notice that it has gone; what it failed of, they find out for themselves.
  started.on('error', () => undefined);
  started.unref();
  started.on('exit', () => {
    if (thread === started) thread = undefined;
  });
  return started;
}

async function releaseThread(): Promise<void> {
  if (--users > 0) return;
  const unused = thread;
  thread = undefined;
  await unused?.terminate();
}
