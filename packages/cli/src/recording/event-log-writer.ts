// SPDX-License-Identifier: GPL-2.0-or-later
import { createHash } from 'node:crypto';
import { messageLine, type Envelope } from '@lguest-sim/bus';
import type { TextSink } from '../output/text-sink.js';
import type { EventLogEnd, EventLogHeader } from './event-log.js';

/** How far a log has been written. */
export interface EventLogPosition {
  readonly bytes: number;
  /** SHA-256 of these bytes in hexadecimal. */
  readonly sha256: string;
}

/** Writes a log, line by line: what was observed is held until the next `drain`. */
export class EventLogWriter {
  readonly #sink: TextSink;
  readonly #hash;
  #bytes: number;
  #lines: string[] = [];

  /**
   * @param hash of what the sink's file holds already
   * @param bytes how much that is
   */
  constructor(sink: TextSink, hash = createHash('sha256'), bytes = 0) {
    this.#sink = sink;
    this.#hash = hash;
    this.#bytes = bytes;
  }

  /** Begins a log. */
  begin(header: EventLogHeader): void {
    this.#lines.push(JSON.stringify(header));
  }

  /** Takes a message down. */
  observe(envelope: Envelope): void {
    this.#lines.push(messageLine(envelope));
  }

  /** Writes what has come. @throws CommandError if that fails */
  async drain(): Promise<void> {
    if (this.#lines.length === 0) return;
    const text = `${this.#lines.join('\n')}\n`;
    this.#lines = [];
    this.#hash.update(text);
    this.#bytes += Buffer.byteLength(text);
    await this.#sink.write(text);
  }

  /** How far the log is, once all of it would survive a power cut. */
  async position(): Promise<EventLogPosition> {
    await this.drain();
    await this.#sink.sync();
    return { bytes: this.#bytes, sha256: this.#hash.copy().digest('hex') };
  }

  /** Writes the rest and the last line, and closes. */
  async end(end: EventLogEnd): Promise<void> {
    this.#lines.push(JSON.stringify(end));
    await this.drain();
    await this.#sink.close();
  }
}
