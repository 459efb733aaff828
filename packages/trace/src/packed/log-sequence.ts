// SPDX-License-Identifier: GPL-2.0-or-later
import type { BlockReader } from './block-reader.js';
import { BlockKind, END_BYTES, LOG_END_BYTES } from './format.js';
import type { PackedPlace } from './packed-place.js';

/**
 * Holds the blocks of a packed trace against the order in which they must come, and against the
 * totals at the end of each log and of the file.
 */
export class LogSequence {
  /** Logs begun. */
  logs = 0;
  /** Of the log so far, as its blocks' headers tell. */
  records = 0;
  /** Of the log so far, as far as its blocks were read. */
  calls = 0;
  /** Whether the last block has come. */
  ended = false;
  #inLog = false;
  readonly #place: PackedPlace;

  constructor(place: PackedPlace) {
    this.#place = place;
  }

  /**
   * Takes note of the block that is ready.
   *
   * @param calls system calls in it, or undefined if it was not looked into.
   * @throws TraceError if it may not come now, or says other totals.
   */
  add(block: BlockReader, calls: number | undefined): void {
    if (this.ended) this.#place.fail('nothing after the last block', 'another block');
    switch (block.kind) {
      case BlockKind.log:
        return this.#startLog(block);
      case BlockKind.accesses:
        if (!this.#inLog) this.#place.fail('a log to begin', 'accesses');
        this.records += block.records;
        this.calls += calls ?? NaN;
        return;
      case BlockKind.logEnd:
        return this.#endLog(block);
      default:
        return this.#end(block);
    }
  }

  #startLog(block: BlockReader): void {
    if (this.#inLog) this.#place.fail('more of a log, or its end', 'another log');
    if (block.isTree === false && this.logs > 0) this.#place.fail('one log', 'another');
    this.#inLog = true;
    this.logs++;
    this.records = 0;
    this.calls = 0;
  }

  #endLog(block: BlockReader): void {
    if (!this.#inLog) this.#place.fail('a log to begin', 'the end of one');
    if (block.bytes !== LOG_END_BYTES) this.#place.fail('the totals of a log', 'something else');
    const view = new DataView(block.payload.buffer);
    const records = readCount(view, 0);
    const calls = readCount(view, 8);
    if (records !== this.records) this.#place.fail(`${records} records`, `${this.records}`);
    // Not known of a log that was passed over.
    if (!Number.isNaN(this.calls) && calls !== this.calls) {
      this.#place.fail(`${calls} system calls`, `${this.calls}`);
    }
    this.#inLog = false;
  }

  #end(block: BlockReader): void {
    if (this.#inLog) this.#place.fail('the end of the log first', 'that of the file');
    if (block.bytes !== END_BYTES) this.#place.fail('the number of logs', 'something else');
    const logs = new DataView(block.payload.buffer).getUint32(0, true);
    if (logs !== this.logs || logs === 0) this.#place.fail(`${logs} logs`, `${this.logs}`);
    this.ended = true;
  }
}

function readCount(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}
