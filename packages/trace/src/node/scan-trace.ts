// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessBatch } from '../access-batch.js';
import type { AddressMover } from '../address-mover.js';
import { LackeyHeader } from '../lackey-header.js';
import { lackeySource } from '../lackey-source.js';
import { TraceError } from '../trace-error.js';
import { openBytes } from './open-file.js';
import { TextChunks } from './text-chunks.js';

/** A fork that a trace shows. */
export interface ScannedFork {
  /** The child's process id. */
  readonly child: number;
  /** Line of the call, 1-based. */
  readonly line: number;
}

/** What there is to know of one trace of a tree before any of them is run. */
export interface ScannedTrace {
  readonly path: string;
  readonly header: LackeyHeader;
  readonly forks: readonly ScannedFork[];
}

/**
 * Reads a whole trace to find its process, its forks and its regions.
 *
 * @param mover gets to know each region that the trace uses.
 * @throws TraceError for a file that cannot be read, or not twice, or that is malformed.
 * @throws the signal's reason when it is aborted.
 */
export async function scanTrace(
  path: string,
  mover: AddressMover,
  signal?: AbortSignal,
): Promise<ScannedTrace> {
  const { bytes, totalBytes } = await openBytes(path);
  const header = new LackeyHeader();
  const chunks = new TextChunks(path, bytes);
  const source = lackeySource(watched(chunks, header), { name: path, mover, mayBeEmpty: true });
  try {
    if (totalBytes === undefined) throw readOnce(path);
    const forks: ScannedFork[] = [];
    const batch = new AccessBatch();
    while (await source.read(batch)) {
      signal?.throwIfAborted();
      forks.push(...forksIn(batch));
    }
    return { path, header, forks };
  } finally {
    await source.close();
    await chunks.return();
  }
}

function forksIn(batch: AccessBatch): ScannedFork[] {
  return batch.events.flatMap((event) => {
    if (event.kind !== 'system-call' || event.operation?.kind !== 'fork') return [];
    return [{ child: event.operation.child, line: event.line }];
  });
}

async function* watched(chunks: TextChunks, header: LackeyHeader): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    header.add(chunk);
    yield chunk;
  }
}

function readOnce(path: string): TraceError {
  const name = path === '-' ? 'standard input' : path;
  return new TraceError(
    'TRACE_UNREADABLE',
    name,
    'expected a regular file, since the logs of a tree are read more than once, found a stream',
  );
}
