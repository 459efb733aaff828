// SPDX-License-Identifier: GPL-2.0-or-later
import { packLogs, traceOfChunks, unpackLogs } from '../../src/index.js';
import type { ChunksOptions, TraceEvent, TraceSource } from '../../src/index.js';
import { chunked } from './reading.js';

/** The bytes in chunks that end at the given offsets; see `chunked`. */
export function chunkedBytes(
  bytes: Uint8Array,
  ends: readonly number[] = [],
): AsyncGenerator<Uint8Array> {
  return chunked(Buffer.from(bytes).toString('latin1'), ends);
}

/** Packs texts or packed traces, as one trace or as a tree. */
export async function pack(files: readonly (string | Uint8Array)[], tree = false): Promise<Buffer> {
  const logs = files.map((file, index) => ({
    name: `${index}.lackey`,
    chunks: typeof file === 'string' ? chunked(file, []) : chunkedBytes(file),
  }));
  const pieces: Uint8Array[] = [];
  for await (const piece of packLogs(logs, tree)) pieces.push(piece.slice());
  return Buffer.concat(pieces);
}

/** The text of each log, by number. */
export async function unpack(bytes: Uint8Array): Promise<string[]> {
  const texts: string[] = [];
  for await (const piece of unpackLogs({ name: 'inline.lgt', chunks: chunkedBytes(bytes) })) {
    const text = Buffer.from(piece.bytes).toString('latin1');
    texts[piece.log] = (texts[piece.log] ?? '') + text;
  }
  return texts;
}

/** A source of packed bytes, in one chunk unless told otherwise. */
export function packedSource(
  bytes: Uint8Array,
  options: Partial<ChunksOptions> = {},
  ends: readonly number[] = [],
): TraceSource {
  return traceOfChunks(chunkedBytes(bytes, ends), { name: 'inline.lgt', ...options });
}

/** An event without the lines it is on, which packing does not keep where remarks stood between. */
export function withoutLines(event: TraceEvent): object {
  const isLine = ([key]: [string, unknown]): boolean => key === 'line' || key === 'callLine';
  return Object.fromEntries(Object.entries(event).filter((entry) => !isLine(entry)));
}
