// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * The bytes of an open file, in order, in pieces of any size. A piece may be overwritten once the
 * next one is asked for.
 */
export interface FileBytes {
  next(): Promise<IteratorResult<Uint8Array, undefined>>;

  /** Closes the file, at any time; a `next` that waits ends or fails then. */
  close(): Promise<void>;
}

/** What `next` returns at the end. */
export const END: IteratorReturnResult<undefined> = { done: true, value: undefined };
