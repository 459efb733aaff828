// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessBatch } from '../access-batch.js';
import type { AddressMover } from '../address-mover.js';
import type { LackeyHeader } from '../lackey-header.js';
import type { TraceReader } from '../reader/trace-reader.js';
import { TraceError } from '../trace-error.js';
import { traceOfChunks } from '../trace-of-chunks.js';
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
  /** Number of the log in the file, from 0. */
  readonly log: number;
  readonly header: LackeyHeader;
  readonly forks: readonly ScannedFork[];
}

/** How to look through a file. */
interface ScanOptions {
  readonly signal?: AbortSignal;
  readonly readers?: readonly TraceReader[];
}

/**
 * Reads a whole file to find, of each log in it, its process, its forks and its regions.
 *
 * @param mover gets to know each region that the logs use.
 * @throws TraceError for a file that cannot be read, or not twice, or that is malformed.
 * @throws the signal's reason when it is aborted.
 */
export async function scanTrace(
  path: string,
  mover: AddressMover,
  { signal, readers = [] }: ScanOptions = {},
): Promise<ScannedTrace[]> {
  const { bytes, totalBytes } = await openBytes(path);
  const chunks = new TextChunks(path, bytes);
  const found: { path: string; log: number; header: LackeyHeader; forks: ScannedFork[] }[] = [];
  const onLog = (header: LackeyHeader): void => {
    found.push({ path, log: found.length, header, forks: [] });
  };
  const source = traceOfChunks(chunks, {
    name: path,
    mover,
    readers,
    mayBeEmpty: true,
    log: 'all',
    onLog,
  });
  try {
    if (totalBytes === undefined) throw readOnce(path);
    const batch = new AccessBatch();
    while (await source.read(batch)) {
      signal?.throwIfAborted();
      found.at(-1)?.forks.push(...forksIn(batch));
    }
    return found;
  } finally {
    await source.close();
  }
}

function forksIn(batch: AccessBatch): ScannedFork[] {
  return batch.events.flatMap((event) => {
    if (event.kind !== 'system-call' || event.operation?.kind !== 'fork') return [];
    return [{ child: event.operation.child, line: event.line }];
  });
}

function readOnce(path: string): TraceError {
  const name = path === '-' ? 'standard input' : path;
  return new TraceError(
    'TRACE_UNREADABLE',
    name,
    'expected a regular file, since the logs of a tree are read more than once, found a stream',
  );
}
