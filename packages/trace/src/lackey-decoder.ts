// SPDX-License-Identifier: GPL-2.0-or-later
import { MAX_ACCESSES_PER_RECORD } from './access-batch.js';
import type { AccessBatch } from './access-batch.js';
import { NO_ROOM } from './address-mover.js';
import type { AddressMover } from './address-mover.js';
import { bytesInFirstPage, writeRecord } from './batch-records.js';
import { ByteWindow } from './byte-window.js';
import { CallMatcher } from './call-matcher.js';
import type { ChunkDecoder } from './chunk-source.js';
import type { LackeyHeader } from './lackey-header.js';
import { LackeyLines } from './lackey-lines.js';
import type { LackeyRecord } from './lackey-record.js';
import { decodeUsualRecords } from './usual-records.js';

/** Decodes Lackey's text into batches: the hot loop for usual records, line by line for the rest. */
export class LackeyDecoder implements ChunkDecoder {
  /** The end of a log is that of its file. */
  readonly finished = false;
  readonly #mover: AddressMover;
  readonly #header: LackeyHeader | undefined;
  readonly #calls: CallMatcher;
  readonly #window = new ByteWindow();
  readonly #lines: LackeyLines;
  /** The batch that is being decoded into. */
  #batch: AccessBatch | undefined;

  /** @param header is filled with what the log says of its process. */
  constructor(name: string, mover: AddressMover, header?: LackeyHeader) {
    this.#mover = mover;
    this.#header = header;
    this.#calls = new CallMatcher(mover);
    this.#lines = new LackeyLines(name, {
      record: (record) => this.#addRecord(record, this.#batch!),
      systemCall: (line) => {
        if (line.kind === 'call') this.#calls.call(this.#batch!, line, this.#lines.line);
        else this.#calls.result(this.#batch!, line, this.#lines.line);
      },
      outcome: (outcome) => {
        this.#calls.bareOutcome(this.#batch!, outcome, this.#lines.line);
      },
    });
  }

  take(chunk: Uint8Array, offset: number): number {
    const count = this.#window.fill(chunk, offset);
    this.#header?.add(chunk.subarray(offset, offset + count));
    return count;
  }

  startBatch(): void {
    this.#calls.startBatch();
  }

  decode(batch: AccessBatch, ended: boolean): boolean {
    const room = batch.capacity - MAX_ACCESSES_PER_RECORD + 1;
    const window = this.#window;
    this.#batch = batch;
    for (;;) {
      this.#lines.line += decodeUsualRecords(window, batch, this.#mover.deltas, room);
      if (batch.length >= room || batch.events.length >= batch.capacity) return true;
      if (!this.#lines.next(window, ended)) return false;
    }
  }

  /** Adds the record's accesses, page by page; returns what was expected where they go too far. */
  #addRecord({ kind, high, low, size }: LackeyRecord, batch: AccessBatch): string | null {
    const here = bytesInFirstPage(low, size);
    const first = this.#place(high, low);
    let second = NO_ROOM;
    if (here < size) {
      const nextLow = (low + here) >>> 0;
      const nextHigh = nextLow === 0 ? high + 1 : high;
      if (nextHigh > 0xffffffff) return ENDS_WITHIN_64_BITS;
      second = this.#place(nextHigh, nextLow);
    }
    batch.length = writeRecord(batch, batch.length, kind, size, first, here, second);
    return null;
  }

  #place(high: number, low: number): number {
    const address = this.#mover.place(high, low);
    if (address !== NO_ROOM) return address;
    const traced = (BigInt(high) << 32n) | BigInt(low);
    throw this.#lines.error('TRACE_NO_ROOM', this.#mover.noRoomMessage(traced));
  }
}

/** What is expected of an access beyond the last address. */
export const ENDS_WITHIN_64_BITS = 'an access that ends within 64 bits';
