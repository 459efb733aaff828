// SPDX-License-Identifier: GPL-2.0-or-later
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** What tells whether a file is still the same. */
export interface FileDigest {
  readonly bytes: number;
  /** SHA-256 of its content in hexadecimal. */
  readonly sha256: string;
}

/** Bytes read at once. */
const CHUNK_BYTES = 1 << 20;

/**
 * Reads a file to its end.
 * @throws the system's error, or the signal's reason
 */
export async function fileDigest(path: string, signal: AbortSignal): Promise<FileDigest> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { signal, highWaterMark: CHUNK_BYTES })) {
    bytes += (chunk as Buffer).length;
    hash.update(chunk as Buffer);
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** A digest in words, for messages. */
export function digestText({ bytes, sha256 }: FileDigest): string {
  return `${bytes} bytes, SHA-256 ${sha256}`;
}
