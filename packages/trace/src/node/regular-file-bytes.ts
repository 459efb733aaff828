// SPDX-License-Identifier: GPL-2.0-or-later
import { close, read } from 'node:fs';
import { promisify } from 'node:util';
import { END } from './file-bytes.js';
import type { FileBytes } from './file-bytes.js';

const closeFile = promisify(close);
const readFile = promisify(read);

/** Bytes asked for at once: few enough that they are still in cache when they are decoded. */
const READ_BYTES = 128 * 1024;

/**
 * A regular file, read into two buffers in turn: while one is being used, another thread fills the
 * other. A stream would take a new buffer for each piece, which costs twice the time.
 */
export class RegularFileBytes implements FileBytes {
  readonly #descriptor: number;
  readonly #buffers = [new Uint8Array(READ_BYTES), new Uint8Array(READ_BYTES)] as const;
  /** The buffer that is being filled. */
  #turn: 0 | 1 = 0;
  /** How many bytes were put there. */
  #filling: Promise<number> | undefined;
  #closing: Promise<void> | undefined;

  /** Takes over the descriptor. */
  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#closing !== undefined) return END;
    const count = await (this.#filling ?? this.#fill());
    if (count === 0 || this.#closing !== undefined) return END;
    const value = this.#buffers[this.#turn].subarray(0, count);
    this.#turn = this.#turn === 0 ? 1 : 0;
    // Whether that failed is found out when the bytes are asked for, if ever.
    this.#fill().catch(() => undefined);
    return { done: false, value };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #fill(): Promise<number> {
    const buffer = this.#buffers[this.#turn];
    this.#filling = readFile(this.#descriptor, buffer, 0, READ_BYTES, null).then(
      ({ bytesRead }) => bytesRead,
    );
    return this.#filling;
  }

  async #close(): Promise<void> {
    // The descriptor's number may be given to another file as soon as it is closed.
    await this.#filling?.catch(() => undefined);
    await closeFile(this.#descriptor);
  }
}
