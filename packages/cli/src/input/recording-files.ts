// SPDX-License-Identifier: GPL-2.0-or-later
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { formatSize } from '../options/sizes.js';
import { CommandError, systemCode, systemReason } from '../errors.js';

const inflate = promisify(gunzip);

/** Bytes handed on at once, so that no text of the whole file has to fit in one string. */
const CHUNK_BYTES = 1 << 20;

/** Most bytes of a recording, decompressed: those of the original have some 3M. */
const MOST_BYTES = 2 ** 28;

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
    const bytes = path === '-' ? await readStream(process.stdin) : await readWhole(path);
    const isGzip = bytes?.[0] === 0x1f && bytes[1] === 0x8b;
    const text = bytes && (isGzip ? await inflate(bytes, { maxOutputLength: MOST_BYTES }) : bytes);
    if (text !== undefined) return chunks(text);
  } catch (error) {
    throw unreadable(path, reasonOf(error), error);
  }
  throw unreadable(path, TOO_LARGE);
}

const TOO_LARGE = `more than ${formatSize(MOST_BYTES)}`;

function reasonOf(error: unknown): string {
  const code = systemCode(error);
  if (code === 'ERR_BUFFER_TOO_LARGE') return `${TOO_LARGE} once it is decompressed`;
  return code.startsWith('Z_') ? 'truncated or damaged gzip' : systemReason(error);
}

/** The bytes of a file; undefined if they are too many. What is no file has no size to look at. */
async function readWhole(path: string): Promise<Uint8Array | undefined> {
  const status = await stat(path);
  if (!status.isFile() && !status.isDirectory()) return await readStream(createReadStream(path));
  return status.size > MOST_BYTES ? undefined : await readFile(path);
}

async function readStream(stream: AsyncIterable<unknown>): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    bytes += (piece as Uint8Array).length;
    if (bytes > MOST_BYTES) return undefined;
    pieces.push(piece as Uint8Array);
  }
  return Buffer.concat(pieces);
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
