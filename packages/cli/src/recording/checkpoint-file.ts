// SPDX-License-Identifier: GPL-2.0-or-later
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { serialize } from 'node:v8';
import { constants, createBrotliCompress } from 'node:zlib';
import type { SimulationSnapshot } from '@lguest-sim/simulation';
import type { EventLogPosition } from './event-log-writer.js';
import type { RunDescription } from './run-description.js';

/**
 * Version of checkpoints: the number at the end changes when what is in them has another shape, for
 * then an older one cannot be gone on from.
 */
export const CHECKPOINT_SCHEMA = 'lguest-sim/checkpoint/2';

/** What a checkpoint says in plain text, before the state itself. */
export interface CheckpointHeader {
  readonly run: RunDescription;
  /** Virtual time of what happens next, in cycles; null if nothing is left to happen. */
  readonly time: number | null;
  /** Messages published so far. */
  readonly sequence: number;
  /** Cycles of virtual time from one checkpoint to the next. */
  readonly every: number;
  /** How far the run's event log was, if it wrote one, and where. */
  readonly events?: EventLogPosition & { readonly path: string };
  /** Bytes of the state without host memory, and of host memory, before compression. */
  readonly stateBytes: number;
  readonly memoryBytes: number;
}

/** What is known of a checkpoint before its state is serialised. */
export type CheckpointFacts = Omit<CheckpointHeader, 'stateBytes' | 'memoryBytes'>;

/** Brotli's quickest way is quicker than deflate's, and what comes out is smaller. */
const cheapest = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MIN_QUALITY };

/** Bytes of host memory that are compressed at once. */
const CHUNK_BYTES = 1 << 20;

/**
 * A checkpoint's first line: version, and length and SHA-256 of all that follows. Its length is
 * always the same, so that it can be written last.
 */
export function firstLine(bytes: number, sha256: string): string {
  return `${CHECKPOINT_SCHEMA} ${String(bytes).padStart(16, '0')} ${sha256}\n`;
}

/**
 * Writes a checkpoint into a new file:
 *
 *     lguest-sim/checkpoint/2 0000000000123456 9f86d0...      first line
 *     {"run":{...},"time":...,...}                            header
 *     (Brotli: the state as node:v8 serialises it, then the frames of host memory)
 *
 * Host memory goes there straight from the snapshot, as it may be most of what the machine has.
 * Frames that are free again go with it: a defect of the original may still read one.
 */
export async function writeCheckpoint(
  file: FileHandle,
  facts: CheckpointFacts,
  snapshot: SimulationSnapshot,
): Promise<void> {
  const { words } = snapshot.host.memory;
  const state = serialize(withWords(snapshot, new Int32Array(0)));
  const memory = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const sizes = { stateBytes: state.byteLength, memoryBytes: memory.byteLength };
  const header = Buffer.from(`${JSON.stringify({ ...facts, ...sizes })}\n`);
  const digest = new DigestedFile(file, firstLine(0, '0'.repeat(64)).length);
  await digest.append(header);
  const compress = createBrotliCompress({ params: cheapest, chunkSize: CHUNK_BYTES });
  await pipeline(chunks([state, memory]), compress, async (compressed) => {
    for await (const chunk of compressed) await digest.append(chunk as Buffer);
  });
  const first = Buffer.from(firstLine(digest.bytes, digest.sha256()));
  await file.write(first, 0, first.length, 0);
}

/** The same snapshot with other contents of host memory. */
export function withWords(snapshot: SimulationSnapshot, words: Int32Array): SimulationSnapshot {
  const { host } = snapshot;
  return { ...snapshot, host: { ...host, memory: { ...host.memory, words } } };
}

function* chunks(parts: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const part of parts) {
    for (let start = 0; start < part.length; start += CHUNK_BYTES) {
      yield part.subarray(start, start + CHUNK_BYTES);
    }
  }
}

/** Writes one piece after the other, and adds them to a digest. */
class DigestedFile {
  bytes = 0;
  readonly #file: FileHandle;
  readonly #start: number;
  readonly #hash = createHash('sha256');

  constructor(file: FileHandle, start: number) {
    this.#file = file;
    this.#start = start;
  }

  async append(piece: Buffer): Promise<void> {
    this.#hash.update(piece);
    for (let from = 0; from < piece.length;) {
      const position = this.#start + this.bytes;
      const { bytesWritten } = await this.#file.write(piece, from, undefined, position);
      from += bytesWritten;
      this.bytes += bytesWritten;
    }
  }

  sha256(): string {
    return this.#hash.digest('hex');
  }
}
