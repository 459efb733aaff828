// SPDX-License-Identifier: GPL-2.0-or-later
import type { AddressMover } from './address-mover.js';
import type { SystemCallEvent } from './trace-event.js';

/** How to read a trace of any form. */
export interface SourceOptions {
  /** For messages: the file's name as the user gave it. */
  readonly name: string;
  /** First address of the guest kernel, a multiple of 4 MiB; 0xc0000000 unless given. */
  readonly kernelAddress?: number;
  /**
   * What moves regions, in place of a new one: for whoever moves system-call arguments as well, or
   * wants several traces to agree. `kernelAddress` is not used then.
   */
  readonly mover?: AddressMover;
  /** What happened just before the log begins; at position 0 of the first batch. */
  readonly firstEvent?: SystemCallEvent;
  /** Whether a log without one access is a trace: of a child that ends at once. */
  readonly mayBeEmpty?: boolean;
  /** Bytes in the file, where known. */
  readonly totalBytes?: number | undefined;
  /** Bytes of the file read so far, where that is not what the chunks add up to. */
  readonly bytesRead?: () => number;
}
