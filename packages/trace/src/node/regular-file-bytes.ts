// SPDX-License-Identifier: GPL-2.0-or-later
import { END } from './file-bytes.js';
import type { FileBytes } from './file-bytes.js';
import type { SharedFile } from './shared-file.js';

/** Bytes asked for at once, at first, and once so many were read: each read takes a thread to wake. */
const FIRST_READ_BYTES = 128 * 1024;
const READ_BYTES = 512 * 1024;
const LONG_FILE_BYTES = 1024 * 1024;

/**
 * A regular file, read into two buffers in turn: while one is being used, another thread fills the
 * other. A stream would take a new buffer for each piece, which costs twice the time.
 */
export class RegularFileBytes implements FileBytes {
  readonly #file: SharedFile;
  #buffers = [new Uint8Array(FIRST_READ_BYTES), new Uint8Array(FIRST_READ_BYTES)];
  /** Where in the file the next read begins, in bytes. */
  #position = 0;
  /** The buffer that is being filled. */
  #turn: 0 | 1 = 0;
  /** How many bytes were put there. */
  #filling: Promise<number> | undefined;
  #closing: Promise<void> | undefined;

  /** A user of the file; `close` releases it. */
  constructor(file: SharedFile) {
    this.#file = file;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#closing !== undefined) return END;
    const count = await (this.#filling ?? this.#fill());
    if (count === 0 || this.#closing !== undefined) return END;
    const value = this.#buffers[this.#turn]!.subarray(0, count);
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
    if (this.#position >= LONG_FILE_BYTES && this.#buffers[this.#turn]!.length < READ_BYTES) {
      this.#buffers[this.#turn] = new Uint8Array(READ_BYTES);
    }
    this.#filling = this.#read(this.#buffers[this.#turn]!);
    return this.#filling;
  }

  async #read(buffer: Uint8Array): Promise<number> {
    const count = await this.#file.read(buffer, this.#position);
    this.#position += count;
    return count;
  }

  async #close(): Promise<void> {
    // The descriptor's number may be given to another file as soon as it is closed.
    await this.#filling?.catch(() => undefined);
    this.#buffers = [];
    await this.#file.release();
  }
}
