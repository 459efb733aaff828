// SPDX-License-Identifier: GPL-2.0-or-later
import type { AccessBatch } from './access-batch.js';
import type { MovedRegion } from './moved-region.js';

/**
 * A trace being read, batch by batch. What a batch holds depends on the trace and on the batch's
 * capacity alone, never on how the bytes arrive: whoever wants to go on where a run stopped opens
 * the trace again and reads as many batches.
 */
export interface TraceSource {
  /** For messages: the file's name as given. */
  readonly name: string;

  /**
   * Clears and fills the batch: until it is full, or the trace ends. Only the last batch of a trace
   * is not full. A batch is full when fewer than four places are left (a record's accesses are never
   * parted) or when it holds as many events as accesses fit.
   *
   * @returns false when the trace has ended (or the source is closed) and nothing was put in.
   * @throws TraceError for a malformed or empty trace; every later call throws the same.
   */
  read(batch: AccessBatch): Promise<boolean>;

  /** What was moved below the kernel's address so far, in order of the traced address. */
  readonly moved: readonly MovedRegion[];

  /** Bytes of the file read so far (compressed ones, if it is compressed). */
  readonly bytesRead: number;

  /** Bytes in the file; undefined where that is not known, as for a pipe. */
  readonly totalBytes: number | undefined;

  /**
   * Lets go of the file; to be called at the end and after an error too. It may be called at any
   * time, also while a `read` waits, which then returns false.
   */
  close(): Promise<void>;
}
