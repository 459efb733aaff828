// SPDX-License-Identifier: GPL-2.0-or-later
import { createHash } from 'node:crypto';
import { messageLine, type Envelope } from '@lguest-sim/bus';
import type { ByteSink } from '../output/byte-sink.js';
import { LineBuffer } from './line-buffer.js';
import type { EventLogEnd, EventLogHeader } from './event-log.js';

/** How far a log has been written. */
export interface EventLogPosition {
  readonly bytes: number;
  /** SHA-256 of these bytes in hexadecimal. */
  readonly sha256: string;
}

/** Writes a log, line by line: what was observed is held until the next `drain`. */
export class EventLogWriter {
  readonly #sink: ByteSink;
  readonly #hash;
  #bytes: number;
  readonly #lines = new LineBuffer();
  #written: Promise<void> = Promise.resolve();

  /**
   * @param hash of what the sink's file holds already
   * @param bytes how much that is
   */
  constructor(sink: ByteSink, hash = createHash('sha256'), bytes = 0) {
    this.#sink = sink;
    this.#hash = hash;
    this.#bytes = bytes;
  }

  /** Begins a log. */
  begin(header: EventLogHeader): void {
    this.#lines.add(JSON.stringify(header));
  }

  /** Takes a message down. */
  observe(envelope: Envelope): void {
    this.#lines.add(messageLine(envelope));
  }

  /** Writes what has come. @throws CommandError if that fails */
  drain(): Promise<void> {
    // A run that is stopped may come here while it waits here already.
    this.#written = this.#written.then(() => this.#write());
    return this.#written;
  }

  /** How far the log is, once all of it would survive a power cut. */
  async position(): Promise<EventLogPosition> {
    await this.drain();
    await this.#sink.sync();
    return { bytes: this.#bytes, sha256: this.#hash.copy().digest('hex') };
  }

  /** Writes the rest and the last line, and closes. */
  async end(end: EventLogEnd): Promise<void> {
    this.#lines.add(JSON.stringify(end));
    await this.drain();
    await this.#sink.close();
  }

  async #write(): Promise<void> {
    for (const piece of this.#lines.take()) {
      this.#hash.update(piece);
      this.#bytes += piece.length;
      await this.#sink.write(piece);
    }
  }
}
