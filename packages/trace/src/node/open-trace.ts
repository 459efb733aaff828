// SPDX-License-Identifier: GPL-2.0-or-later
import type { AddressMover } from '../address-mover.js';
import type { TraceReader } from '../reader/trace-reader.js';
import type { SystemCallEvent } from '../trace-event.js';
import { traceOfChunks } from '../trace-of-chunks.js';
import type { TraceSource } from '../trace-source.js';
import { openBytes } from './open-file.js';
import { TextChunks } from './text-chunks.js';

/** How to read a trace file. */
export interface OpenTraceOptions {
  /** First address of the guest kernel, a multiple of 4 MiB; 0xc0000000 unless given. */
  readonly kernelAddress?: number;
  /** What messages call the trace; the path, or `standard input`, unless given. */
  readonly name?: string;
  /** What moves regions, in place of a new one; see LackeyOptions. */
  readonly mover?: AddressMover;
  /** What happened just before the log begins; see LackeyOptions. */
  readonly firstEvent?: SystemCallEvent;
  /** Whether a log without one access is a trace; see LackeyOptions. */
  readonly mayBeEmpty?: boolean;
  /** Which log of a packed tree, from 0; unless given the trace must be no packed tree. */
  readonly log?: number;
  /** Readers of other forms than Lackey's and the packed one; see ChunksOptions. */
  readonly readers?: readonly TraceReader[];
}

/**
 * Opens a trace: a Lackey log or a packed one, plain or gzip, which its content tells and not its name. It is read
 * as it is needed and never held whole.
 *
 * @param path a file, or `-` for standard input.
 * @throws TraceError for a missing file, a directory, or one that may not be read; what is wrong
 *   with the content comes out of the source's `read`.
 * @throws RangeError for a kernel address that is no multiple of 4 MiB.
 */
export async function openTrace(
  path: string,
  options: OpenTraceOptions = {},
): Promise<TraceSource> {
  const { bytes, totalBytes } = await openBytes(path);
  const name = options.name ?? (path === '-' ? 'standard input' : path);
  const chunks = new TextChunks(name, bytes);
  try {
    return traceOfChunks(chunks, {
      ...options,
      name,
      totalBytes,
      bytesRead: () => chunks.bytesRead,
    });
  } catch (error) {
    await chunks.return();
    throw error;
  }
}
