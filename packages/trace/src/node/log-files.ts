// SPDX-License-Identifier: GPL-2.0-or-later
import { packLogs } from '../log/pack.js';
import type { LogFile } from '../log/pack.js';
import { openBytes } from './open-file.js';
import { openTree } from './open-tree.js';
import { TextChunks } from './text-chunks.js';
import { isDirectory, treeFiles } from './tree-files.js';

/** How to read files of logs. */
export interface LogFilesOptions {
  /** Calls the reading off; its reason is thrown then. */
  readonly signal?: AbortSignal;
}

/** A file of logs that is open. */
export interface OpenLogFile extends LogFile {
  /** Bytes of the file read so far; compressed ones, if it is compressed. */
  readonly bytesRead: () => number;
}

/**
 * Opens a file of logs for `unpackLogs` and `countLogs`: Lackey's or packed, plain or gzip.
 *
 * @param path a file, or `-` for standard input.
 * @throws TraceError for a missing file, a directory, or one that may not be read.
 */
export async function openLogs(
  path: string,
  { signal }: LogFilesOptions = {},
): Promise<OpenLogFile> {
  const name = path === '-' ? 'standard input' : path;
  const { bytes } = await openBytes(path);
  const chunks = new TextChunks(name, bytes);
  return { name, chunks: untilAborted(chunks, signal), bytesRead: () => chunks.bytesRead };
}

/**
 * Packs files of logs: one as it is, more, or those of a directory, as a tree.
 *
 * @param paths a directory, or files, or `-` alone for standard input. Those of a tree are read twice:
 *   whether they are one is found out first.
 * @returns the bytes of a packed trace, piece by piece.
 * @throws TraceError for what cannot be read or is malformed, or logs that are not those of one
 *   program and its children.
 */
export async function* packFiles(
  paths: readonly string[],
  options: LogFilesOptions = {},
): AsyncGenerator<Uint8Array, void> {
  const [first] = paths;
  const isTree = paths.length > 1 || (first !== undefined && (await isDirectory(first)));
  const files = isTree ? (await treeFiles(paths)).sort() : paths;
  if (isTree) await openTree(paths, options);
  yield* packLogs(opened(files, options), isTree);
}

async function* opened(
  paths: readonly string[],
  options: LogFilesOptions,
): AsyncGenerator<LogFile> {
  for (const path of paths) yield await openLogs(path, options);
}

async function* untilAborted(
  chunks: TextChunks,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  // What waits for a pipe that nobody writes to ends then.
  const close = (): void => void chunks.return();
  signal?.addEventListener('abort', close);
  try {
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      yield chunk;
    }
    signal?.throwIfAborted();
  } finally {
    signal?.removeEventListener('abort', close);
  }
}
