// SPDX-License-Identifier: GPL-2.0-or-later
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { CommandError, systemCode, systemReason } from '../errors.js';

const inflate = promisify(gunzip);

/** Bytes handed on at once, so that no text of the whole file has to fit in one string. */
const CHUNK_BYTES = 1 << 20;

/**
 * The files that a path stands for: itself, or the recordings in a directory, in order of name.
 * @throws CommandError for a path that is not there, or a directory without recordings
 */
export async function recordingFiles(path: string): Promise<readonly string[]> {
  if (path === '-') return [path];
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path)).filter((name) => /\.ndjson(\.gz)?$/.test(name)).sort();
    if (names.length > 0) return names.map((name) => join(path, name));
  } catch (error) {
    throw unreadable(path, systemReason(error), error);
  }
  throw unreadable(path, 'a directory with no *.ndjson or *.ndjson.gz file in it');
}

/**
 * The bytes of a recording, decompressed if its first two bytes say that it is gzip.
 *
 * @param path a file, or `-` for standard input
 * @throws CommandError if it cannot be read or decompressed
 */
export async function readRecording(path: string): Promise<Iterable<Uint8Array>> {
  try {
    const bytes = path === '-' ? await buffer(process.stdin) : await readFile(path);
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return chunks(isGzip ? await inflate(bytes) : bytes);
  } catch (error) {
    const damaged = systemCode(error).startsWith('Z_');
    const reason = damaged ? 'truncated or damaged gzip' : systemReason(error);
    throw unreadable(path, reason, error);
  }
}

/** How messages and results call a path. */
export function displayName(path: string): string {
  return path === '-' ? 'standard input' : path;
}

function* chunks(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    yield bytes.subarray(start, start + CHUNK_BYTES);
  }
}

function unreadable(path: string, reason: string, cause?: unknown): CommandError {
  const message = `${displayName(path)}: expected a recording, found: ${reason}`;
  return new CommandError('INPUT_FAILED', message, { cause });
}
