// SPDX-License-Identifier: GPL-2.0-or-later
import { close, createReadStream, fstat, open } from 'node:fs';
import type { Stats } from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import { TraceError } from '../trace-error.js';
import type { FileBytes } from './file-bytes.js';
import { RegularFileBytes } from './regular-file-bytes.js';
import { SharedFile } from './shared-file.js';
import { StreamBytes } from './stream-bytes.js';

const closeFile = promisify(close);
const openFile = promisify(open);
const statFile = promisify(fstat);

/** An open file, its content as it is. */
export interface OpenFile {
  readonly bytes: FileBytes;
  /** Undefined for what has no size, such as a pipe. */
  readonly totalBytes: number | undefined;
}

/**
 * Opens a file, or standard input for `-`.
 *
 * @throws TraceError for a missing file, a directory, or one that may not be read.
 */
export async function openBytes(path: string): Promise<OpenFile> {
  let descriptor: number | undefined;
  try {
    if (path === '-') return { bytes: new StreamBytes(process.stdin), totalBytes: undefined };
    descriptor = await openFile(path, 'r');
    const status = await statFile(descriptor);
    if (status.isDirectory()) throw directoryError(path);
    const totalBytes = status.isFile() ? status.size : undefined;
    return { bytes: await bytesOf(path, descriptor, status), totalBytes };
  } catch (error) {
    if (descriptor !== undefined) await closeFile(descriptor);
    throw error instanceof TraceError ? error : fileError(path, error);
  }
}

/** Makes of what went wrong with a file an error that names it. */
export function fileError(path: string, cause: unknown): TraceError {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'EISDIR') return directoryError(path);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const problem = 'expected a trace file, found no such file';
    return new TraceError('TRACE_NOT_FOUND', path, problem, { cause });
  }
  const denied = code === 'EACCES' || code === 'EPERM';
  const found = denied ? 'one that you may not read' : String(code ?? cause);
  return new TraceError(
    'TRACE_UNREADABLE',
    path,
    `expected a readable trace file, found ${found}`,
    {
      cause,
    },
  );
}

async function bytesOf(path: string, descriptor: number, status: Stats): Promise<FileBytes> {
  if (status.isFile()) return new RegularFileBytes(await SharedFile.use(path, descriptor, status));
  // Reading a pipe as a file would keep a thread waiting in it, which nothing could call off.
  if (status.isFIFO()) return new StreamBytes(new Socket({ fd: descriptor, readable: true }));
  return new StreamBytes(createReadStream('', { fd: descriptor }));
}

function directoryError(path: string): TraceError {
  return new TraceError('TRACE_IS_DIRECTORY', path, 'expected a trace file, found a directory');
}
