// SPDX-License-Identifier: GPL-2.0-or-later
import { AddressMover } from './address-mover.js';
import { ChunkSource } from './chunk-source.js';
import type { LackeyHeader } from './lackey-header.js';
import type { LogChoice } from './packed/packed-decoder.js';
import type { TraceReader } from './reader/trace-reader.js';
import type { SourceOptions } from './source-options.js';
import { TraceDecoder } from './trace-decoder.js';
import type { TraceSource } from './trace-source.js';

/** How to read a trace whose beginning tells its form. */
export interface ChunksOptions extends SourceOptions {
  /** Readers of other forms; they are asked in this order, before the forms that are built in. */
  readonly readers?: readonly TraceReader[];
  /** Which logs of a packed trace; its only one unless given. */
  readonly log?: LogChoice;
  /** Is told of each log, before its first batch; the header is whole after its last. */
  readonly onLog?: (header: LackeyHeader) => void;
}

/**
 * Reads a trace in Lackey's text form, in the packed form, or in one that another reader knows.
 *
 * @param chunks the decompressed bytes; see `lackeySource`.
 * @throws RangeError for a kernel address that is no multiple of 4 MiB.
 */
export function traceOfChunks(
  chunks: AsyncIterable<Uint8Array>,
  options: ChunksOptions,
): TraceSource {
  const { name, log, onLog, readers } = options;
  const mover = options.mover ?? new AddressMover(options.kernelAddress);
  const decoder = new TraceDecoder({ name, mover, log, onLog, readers });
  return new ChunkSource(chunks, decoder, mover, options);
}
