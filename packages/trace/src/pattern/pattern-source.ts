// SPDX-License-Identifier: GPL-2.0-or-later
import type { AccessBatch } from '../access-batch.js';
import type { MovedRegion } from '../moved-region.js';
import type { TraceSource } from '../trace-source.js';
import type { PatternWriter } from './pattern-writer.js';

/** One process of a pattern as a trace: made as it is read. */
export class PatternSource implements TraceSource {
  readonly name: string;
  readonly moved: readonly MovedRegion[] = [];
  /** There is no file. */
  readonly bytesRead = 0;
  readonly totalBytes = undefined;
  readonly #steps: Generator<void, void>;
  readonly #out: PatternWriter;

  /** @param steps writes to `out`, and yields whenever that is full. */
  constructor(name: string, steps: Generator<void, void>, out: PatternWriter) {
    this.name = name;
    this.#steps = steps;
    this.#out = out;
  }

  read(batch: AccessBatch): Promise<boolean> {
    batch.clear();
    this.#out.writeTo(batch);
    this.#steps.next();
    return Promise.resolve(batch.length > 0 || batch.events.length > 0);
  }

  close(): Promise<void> {
    this.#steps.return();
    return Promise.resolve();
  }
}
