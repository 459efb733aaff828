// SPDX-License-Identifier: GPL-2.0-or-later
import { AddressMover } from './address-mover.js';
import { ChunkSource } from './chunk-source.js';
import { LackeyDecoder } from './lackey-decoder.js';
import type { SourceOptions } from './source-options.js';
import type { TraceSource } from './trace-source.js';

/** How to read a Lackey log. */
export type LackeyOptions = SourceOptions;

/**
 * Reads a trace in Lackey's text form.
 *
 * @param chunks the decompressed text, in pieces of any size, each of which may be overwritten once
 *   the next one is asked for. Nothing is taken from it before the first `read`, and `close` calls
 *   its iterator's `return`. What it throws comes out of `read`.
 * @throws RangeError for a kernel address that is no multiple of 4 MiB.
 */
export function lackeySource(
  chunks: AsyncIterable<Uint8Array>,
  options: LackeyOptions,
): TraceSource {
  const mover = options.mover ?? new AddressMover(options.kernelAddress);
  return new ChunkSource(chunks, new LackeyDecoder(options.name, mover), mover, options);
}
