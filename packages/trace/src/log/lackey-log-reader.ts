// SPDX-License-Identifier: GPL-2.0-or-later
import { ByteWindow } from '../byte-window.js';
import { ENDS_WITHIN_64_BITS } from '../lackey-decoder.js';
import { lineText } from '../lackey-line.js';
import { LackeyLines } from '../lackey-lines.js';
import type { LackeyRecord } from '../lackey-record.js';
import type { LogSink } from './log-sink.js';
import type { LogReader } from './read-logs.js';

/** Tells what is in Lackey's text. */
export class LackeyLogReader implements LogReader {
  readonly #sink: LogSink;
  readonly #window = new ByteWindow();
  readonly #lines: LackeyLines;
  /** Whether nothing but remarks was read. */
  #begins = true;

  constructor(name: string, sink: LogSink) {
    this.#sink = sink;
    this.#lines = new LackeyLines(name, {
      record: (record) => this.#record(record),
      systemCall: (_, text) => this.#call(text),
      outcome: (_, text) => this.#call(text),
      remark: (bytes, start, end) => {
        if (this.#begins) sink.remark(lineText(bytes, start, end));
      },
    });
    sink.startLog({ isPacked: false, isTree: false });
  }

  take(chunk: Uint8Array, offset: number): number {
    return this.#window.fill(chunk, offset);
  }

  tell(ended: boolean): void {
    while (this.#lines.next(this.#window, ended));
    if (ended) this.#sink.endLog();
  }

  #record({ kind, high, low, size }: LackeyRecord): string | null {
    if (high === 0xffffffff && low + size > 2 ** 32) return ENDS_WITHIN_64_BITS;
    this.#begins = false;
    this.#sink.record(kind, high, low, size);
    return null;
  }

  #call(text: string): void {
    this.#begins = false;
    this.#sink.call(text);
  }
}
