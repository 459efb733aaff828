// SPDX-License-Identifier: GPL-2.0-or-later
import { MAX_ACCESSES_PER_RECORD, type AccessBatch } from '../access-batch.js';
import { NO_ROOM, type AddressMover } from '../address-mover.js';
import { bytesInFirstPage, writeRecord } from '../batch-records.js';
import { CallMatcher } from '../call-matcher.js';
import { TraceError } from '../trace-error.js';
import type { TracedSystemCall } from './trace-reader.js';

/** A system call, and before which access of the queue it was. */
interface QueuedCall {
  readonly at: number;
  readonly record: number;
  readonly call: TracedSystemCall;
}

/** The only thread that there is, for the calls of a trace. */
const THREAD = '0,0';

/** What a parser has found and no batch has taken yet. Addresses are moved when they are taken. */
export class RecordQueue {
  /** Records put in so far. */
  records = 0;
  readonly #name: string;
  readonly #mover: AddressMover;
  readonly #calls: CallMatcher;
  readonly #kinds: number[] = [];
  readonly #highs: number[] = [];
  readonly #lows: number[] = [];
  readonly #sizes: number[] = [];
  readonly #queuedCalls: QueuedCall[] = [];
  /** Accesses and calls that a batch has taken. */
  #taken = 0;
  #takenCalls = 0;

  /** @param name the trace's, for messages */
  constructor(name: string, mover: AddressMover) {
    this.#name = name;
    this.#mover = mover;
    this.#calls = new CallMatcher(mover);
  }

  startBatch(): void {
    this.#calls.startBatch();
  }

  /** @param kind one of AccessKind */
  putAccess(kind: number, high: number, low: number, size: number): void {
    this.records++;
    this.#kinds.push(kind);
    this.#highs.push(high);
    this.#lows.push(low);
    this.#sizes.push(size);
  }

  putCall(call: TracedSystemCall): void {
    this.records++;
    this.#queuedCalls.push({ at: this.#kinds.length, record: this.records, call });
  }

  /**
   * Moves records to a batch.
   * @returns whether the batch is full; otherwise the queue is empty
   * @throws TraceError if there is no room below the guest kernel
   */
  moveTo(batch: AccessBatch): boolean {
    const room = batch.capacity - MAX_ACCESSES_PER_RECORD + 1;
    for (;;) {
      if (batch.length >= room || batch.events.length >= batch.capacity) return true;
      const call = this.#queuedCalls[this.#takenCalls];
      if (call?.at === this.#taken) {
        this.#takenCalls++;
        this.#takeCall(batch, call);
      } else if (this.#taken < this.#kinds.length) {
        this.#takeAccess(batch, this.#taken++);
      } else {
        this.#clear();
        return false;
      }
    }
  }

  #takeAccess(batch: AccessBatch, at: number): void {
    const [high, low, size] = [this.#highs[at]!, this.#lows[at]!, this.#sizes[at]!];
    const here = bytesInFirstPage(low, size);
    const first = this.#place(high, low);
    const nextLow = (low + here) >>> 0;
    const second = here < size ? this.#place(nextLow === 0 ? high + 1 : high, nextLow) : NO_ROOM;
    batch.length = writeRecord(batch, batch.length, this.#kinds[at]!, size, first, here, second);
  }

  #takeCall(batch: AccessBatch, { call, record }: QueuedCall): void {
    const { number, name, args = [], result = null, failed = false, child } = call;
    const outcome = { result, failed };
    const line = { kind: 'call', thread: THREAD, number, name, args, child, outcome } as const;
    this.#calls.call(batch, line, record);
  }

  #place(high: number, low: number): number {
    const address = this.#mover.place(high, low);
    if (address !== NO_ROOM) return address;
    const traced = (BigInt(high) << 32n) | BigInt(low);
    throw new TraceError('TRACE_NO_ROOM', this.#name, this.#mover.noRoomMessage(traced));
  }

  #clear(): void {
    for (const list of [this.#kinds, this.#highs, this.#lows, this.#sizes, this.#queuedCalls]) {
      list.length = 0;
    }
    this.#taken = 0;
    this.#takenCalls = 0;
  }
}
