// SPDX-License-Identifier: GPL-2.0-or-later
import { LackeyWriter } from './lackey-writer.js';
import type { LogPiece } from './lackey-writer.js';
import { LogCounter } from './log-counter.js';
import type { LogCount } from './log-counter.js';
import { LogPacker } from './log-packer.js';
import type { LogOrigin } from './log-sink.js';
import { readLogs } from './read-logs.js';

/** A file of logs, of either form, decompressed. */
export interface LogFile {
  /** For messages. */
  readonly name: string;
  /** Its bytes. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** What is in a file of logs. */
export interface LogFileCount extends LogOrigin {
  /** What is in each log, in the order of the file. */
  readonly logs: readonly LogCount[];
}

/**
 * Packs logs, Lackey's text or packed already.
 *
 * @param files each is begun when the one before has ended.
 * @param isTree whether the logs are those of one program and its children. If a file is a packed
 *   tree they are in any case. Without it there must be one.
 * @returns the bytes of a packed trace, piece by piece.
 * @throws TraceError for a file that is malformed or damaged, or if there is not one access in all.
 */
export async function* packLogs(
  files: AsyncIterable<LogFile> | Iterable<LogFile>,
  isTree = false,
): AsyncGenerator<Uint8Array, void> {
  let packer: LogPacker | undefined;
  for await (const { name, chunks } of files) {
    packer ??= new LogPacker(name, isTree);
    yield* readLogs(chunks, name, packer);
  }
  if (packer === undefined) return;
  packer.end();
  yield* packer.drain();
}

/**
 * Writes the logs of a file, of either form, as Lackey's text.
 *
 * @throws TraceError for a file that is malformed or damaged.
 */
export async function* unpackLogs({ name, chunks }: LogFile): AsyncGenerator<LogPiece, void> {
  yield* readLogs(chunks, name, new LackeyWriter());
}

/**
 * Counts what is in a file of logs, of either form, reading all of it.
 *
 * @throws TraceError for a file that is malformed or damaged.
 */
export async function countLogs({ name, chunks }: LogFile): Promise<LogFileCount> {
  const counter = new LogCounter();
  // It makes no pieces, so the first one asked for is the end.
  await readLogs(chunks, name, counter).next();
  const { isPacked, isTree, logs } = counter;
  return { isPacked, isTree, logs };
}
