// SPDX-License-Identifier: GPL-2.0-or-later
import type { AccessBatch } from '../../access-batch.js';

/** Batches that are ready at most: 1.5 MiB of the usual size. */
const PLACES = 32;

/**
 * Who waits is woken when the ring is half full, or half empty: waking takes as long as decoding a batch
 * does, so two threads that woke each other for each batch would wait most of their time.
 */
const HALF = PLACES / 2;

/** Words of the control block, which both threads look at. */
const Control = {
  /** Batches put in so far. */
  written: 0,
  /** Batches taken out so far. */
  taken: 1,
  /** 1 while the reader sleeps until something is put in. */
  sleeping: 2,
  /** 1 when the reader wants nothing more. */
  closed: 3,
  words: 4,
} as const;

/** Words of a place's header. */
const Header = { length: 0, hasNote: 1, words: 2 } as const;

/** What a ring is made of: this alone goes to the other thread. */
export interface RingMemory {
  readonly capacity: number;
  readonly shared: SharedArrayBuffer;
}

/**
 * Decoded batches on their way from the thread that decodes them to the one that runs them, in
 * shared memory, in order. One side writes, the other takes.
 */
export class BatchRing {
  readonly memory: RingMemory;
  readonly #control: Int32Array;
  readonly #headers: Int32Array;
  readonly #bytesRead: Float64Array;
  readonly #addresses: Uint32Array;
  readonly #info: Uint16Array;
  readonly #capacity: number;

  /** @param memory of a ring that the other thread made. */
  constructor(memory: RingMemory) {
    const { capacity, shared } = memory;
    const [bytesRead, control, headers, addresses, info] = offsets(capacity);
    this.memory = memory;
    this.#capacity = capacity;
    this.#bytesRead = new Float64Array(shared, bytesRead, PLACES);
    this.#control = new Int32Array(shared, control, Control.words);
    this.#headers = new Int32Array(shared, headers, PLACES * Header.words);
    this.#addresses = new Uint32Array(shared, addresses, PLACES * capacity);
    this.#info = new Uint16Array(shared, info, PLACES * capacity);
  }

  /** @param capacity accesses of a batch. */
  static create(capacity: number): BatchRing {
    const [, , , , , bytes] = offsets(capacity);
    return new BatchRing({ capacity, shared: new SharedArrayBuffer(bytes) });
  }

  /** Whether the reader wants nothing more. */
  get isClosed(): boolean {
    return Atomics.load(this.#control, Control.closed) === 1;
  }

  /** If the ring is full, sleeps until it is half empty, or closed. For the writer. */
  waitForPlace(): void {
    if (this.#count < PLACES) return;
    while (!this.isClosed) {
      // Looked at first: should the reader take a batch from here on, there is no waiting.
      const taken = Atomics.load(this.#control, Control.taken);
      if (Atomics.load(this.#control, Control.written) - taken <= HALF) return;
      Atomics.wait(this.#control, Control.taken, taken);
    }
  }

  /**
   * Puts a batch in; there has to be a place for it. For the writer.
   *
   * @param hasNote whether a note of it is on its way, apart from the ring.
   * @param isLast whether it is the last one.
   * @returns whether the reader sleeps, and is to be woken.
   */
  put(batch: AccessBatch, bytesRead: number, hasNote: boolean, isLast: boolean): boolean {
    const place = Atomics.load(this.#control, Control.written) % PLACES;
    const { length } = batch;
    this.#headers.set([length, hasNote ? 1 : 0], place * Header.words);
    this.#bytesRead[place] = bytesRead;
    this.#addresses.set(batch.addresses.subarray(0, length), place * this.#capacity);
    this.#info.set(batch.info.subarray(0, length), place * this.#capacity);
    Atomics.add(this.#control, Control.written, 1);
    if (!isLast && this.#count < HALF) return false;
    return Atomics.exchange(this.#control, Control.sleeping, 0) === 1;
  }

  /** Whether there is no batch in the ring. For the reader. */
  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Whether a note of the first batch is on its way. */
  get firstHasNote(): boolean {
    return this.#headers[this.#place * Header.words + Header.hasNote] === 1;
  }

  /** Bytes of the file that were read when the first batch was full. */
  get firstBytesRead(): number {
    return this.#bytesRead[this.#place]!;
  }

  /** Copies the first batch's accesses into an empty one. */
  copyFirst(batch: AccessBatch): void {
    const place = this.#place;
    const length = this.#headers[place * Header.words + Header.length]!;
    const from = place * this.#capacity;
    batch.addresses.set(this.#addresses.subarray(from, from + length));
    batch.info.set(this.#info.subarray(from, from + length));
    batch.length = length;
  }

  /** Takes the first batch out. */
  dropFirst(): void {
    Atomics.add(this.#control, Control.taken, 1);
    // Only then can the writer be asleep.
    if (this.#count <= HALF) Atomics.notify(this.#control, Control.taken);
  }

  /** Says that the reader goes to sleep; returns false if there is something in the ring. */
  sleep(): boolean {
    Atomics.store(this.#control, Control.sleeping, 1);
    if (this.isEmpty) return true;
    Atomics.store(this.#control, Control.sleeping, 0);
    return false;
  }

  /** Says that nothing more is wanted. */
  close(): void {
    Atomics.store(this.#control, Control.closed, 1);
    Atomics.notify(this.#control, Control.taken);
  }

  /** Batches in the ring. */
  get #count(): number {
    const taken = Atomics.load(this.#control, Control.taken);
    return Atomics.load(this.#control, Control.written) - taken;
  }

  get #place(): number {
    return Atomics.load(this.#control, Control.taken) % PLACES;
  }
}

/** Where the parts of a ring's memory begin, and its end, in bytes. */
function offsets(capacity: number): [number, number, number, number, number, number] {
  const control = PLACES * Float64Array.BYTES_PER_ELEMENT;
  const headers = control + Control.words * Int32Array.BYTES_PER_ELEMENT;
  const addresses = headers + PLACES * Header.words * Int32Array.BYTES_PER_ELEMENT;
  const info = addresses + PLACES * capacity * Uint32Array.BYTES_PER_ELEMENT;
  return [0, control, headers, addresses, info, info + PLACES * capacity * 2];
}
