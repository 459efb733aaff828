// SPDX-License-Identifier: GPL-2.0-or-later
import type { Readable } from 'node:stream';
import { END } from './file-bytes.js';
import type { FileBytes } from './file-bytes.js';

/** What a stream brings: standard input, a pipe, a device. */
export class StreamBytes implements FileBytes {
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Uint8Array>;

  /** Takes over the stream. */
  constructor(stream: Readable) {
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    // A stream may fail while nobody waits for it, for example when it is closed early.
    stream.on('error', () => undefined);
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const next = await this.#chunks.next();
    return next.done === true ? END : next;
  }

  async close(): Promise<void> {
    if (this.#stream.closed) return;
    const closed = new Promise((resolve) => this.#stream.once('close', resolve));
    this.#stream.destroy();
    await closed;
  }
}
