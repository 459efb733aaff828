// SPDX-License-Identifier: GPL-2.0-or-later
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { deserialize } from 'node:v8';
import { createBrotliDecompress } from 'node:zlib';
import { mostHostBytes, type SimulationSnapshot } from '@lguest-sim/simulation';
import { noPlugins, type LoadedPlugins } from '../plugins/load-plugins.js';
import { CommandError, systemReason } from '../errors.js';
import {
  CHECKPOINT_SCHEMA,
  firstLine,
  withWords,
  type CheckpointHeader,
} from './checkpoint-file.js';
import { mapping, text, UnexpectedValue, wholeNumber } from './json-values.js';
import { version } from '../report/version.js';
import { ArrivingBytes } from './arriving-bytes.js';
import { readDescription } from './read-description.js';

/** A checkpoint as it is read. */
export interface Checkpoint {
  readonly header: CheckpointHeader;
  readonly snapshot: SimulationSnapshot;
}

const FIRST_LINE_BYTES = firstLine(0, '0'.repeat(64)).length;

const PAGE_BYTES = 4096;

/** More than the state of any machine has, without its memory. */
const MOST_STATE_BYTES = 2 ** 30;

/** More than any header has. */
const MOST_HEADER_BYTES = 1 << 26;

/**
 * Reads a checkpoint. Nothing of it is used before all of it is known to be as it was written.
 *
 * @throws CommandError for a file that cannot be read, is none, is of another version, was cut off
 *   or damaged
 */
export async function readCheckpoint(
  path: string,
  plugins: LoadedPlugins = noPlugins,
): Promise<Checkpoint> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw refused(path, `expected a checkpoint, found: ${systemReason(error)}`, error);
  });
  try {
    await checkWhole(path, file);
    const { header, end } = await readHeader(file, plugins);
    checkVersion(path, header.run.version);
    return { header, snapshot: await readSnapshot(file, header, end) };
  } catch (error) {
    if (error instanceof CommandError) throw error;
    if (error instanceof UnexpectedValue) throw refused(path, error.message, error);
    const reason = error instanceof Error ? error.message : String(error);
    // It is as it was written, so what cannot be read was written by something newer than this.
    throw refused(path, `expected a checkpoint that this version of Node reads: ${reason}`, error);
  } finally {
    await file.close();
  }
}

async function checkWhole(path: string, file: FileHandle): Promise<void> {
  const status = await file.stat();
  if (status.isDirectory()) throw refused(path, 'expected a checkpoint, found a directory');
  const first = Buffer.alloc(FIRST_LINE_BYTES);
  const { bytesRead } = await file.read(first, 0, first.length, 0);
  const [schema = '', length = '', sha256 = ''] = first
    .toString('latin1', 0, bytesRead)
    .split(/[ \n]/);
  if (schema !== CHECKPOINT_SCHEMA) throw refused(path, foreign(schema));
  const expected = Number(length);
  if (bytesRead < first.length || !/^\d{16}$/.test(length) || !/^[0-9a-f]{64}$/.test(sha256)) {
    throw refused(path, 'expected a whole checkpoint, found a damaged first line');
  }
  const found = status.size - FIRST_LINE_BYTES;
  if (found !== expected) {
    const [whole, has] = [expected + FIRST_LINE_BYTES, status.size];
    const how = found < expected ? 'one that was cut off' : 'one with something after it';
    throw refused(path, `expected a whole checkpoint of ${whole} bytes, found ${how}, of ${has}`);
  }
  const digest = await digestFrom(file, FIRST_LINE_BYTES);
  if (digest === sha256) return;
  throw refused(path, `expected an undamaged checkpoint (SHA-256 ${sha256}), found ${digest}`);
}

function foreign(schema: string): string {
  const [, version] = /^lguest-sim\/checkpoint\/(\d{1,9})$/.exec(schema) ?? [];
  if (version === undefined) return 'expected a checkpoint of lguest-sim, found something else';
  const ours = CHECKPOINT_SCHEMA.split('/').at(-1)!;
  const which = Number(version) < Number(ours) ? 'an older one' : 'a newer one';
  return `expected a checkpoint of version ${ours}, found ${which}, of version ${version}`;
}

/** What a state looks like is each version's own affair. */
function checkVersion(path: string, found: string): void {
  const expected = version();
  if (found === expected) return;
  const problem = `expected a checkpoint of lguest-sim ${expected}, found one of ${found}`;
  throw refused(path, `${problem}, which is the version to go on with`);
}

async function digestFrom(file: FileHandle, start: number): Promise<string> {
  const hash = createHash('sha256');
  const stream = file.createReadStream({ start, autoClose: false, highWaterMark: 1 << 20 });
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function readHeader(
  file: FileHandle,
  plugins: LoadedPlugins,
): Promise<{ header: CheckpointHeader; end: number }> {
  let bytes = Buffer.alloc(0);
  const start = FIRST_LINE_BYTES;
  for (let size = 1 << 16; size <= MOST_HEADER_BYTES; size *= 4) {
    bytes = Buffer.alloc(size);
    await file.read(bytes, 0, size, start);
    const newline = bytes.indexOf(0x0a);
    if (newline < 0) continue;
    const header: unknown = JSON.parse(bytes.toString('utf8', 0, newline));
    return { header: checkHeader(header, plugins), end: start + newline + 1 };
  }
  throw new UnexpectedValue('expected a header, got a line that is too long');
}

function checkHeader(value: unknown, plugins: LoadedPlugins): CheckpointHeader {
  const header = mapping('header', value);
  const number = (name: string): number => wholeNumber(name, header[name], 0);
  return {
    run: readDescription(header['run'], plugins),
    time: header['time'] === null ? null : number('time'),
    sequence: number('sequence'),
    every: wholeNumber('every', header['every'], 1),
    ...(header['events'] !== undefined && { events: checkEvents(header['events']) }),
    stateBytes: number('stateBytes'),
    memoryBytes: number('memoryBytes'),
  };
}

function checkEvents(value: unknown): NonNullable<CheckpointHeader['events']> {
  const { path, bytes, sha256 } = mapping('events', value);
  return {
    path: text('events.path', path),
    bytes: wholeNumber('events.bytes', bytes, 1),
    sha256: text('events.sha256', sha256),
  };
}

async function readSnapshot(
  file: FileHandle,
  { run, stateBytes, memoryBytes }: CheckpointHeader,
  start: number,
): Promise<SimulationSnapshot> {
  // What a file says of its sizes is not to be believed: neither is room made for it, nor is more taken.
  const most = mostHostBytes(run.config);
  if (memoryBytes > most || memoryBytes % PAGE_BYTES !== 0) {
    throw UnexpectedValue.of('memoryBytes', `whole pages, ${most} bytes at most`, memoryBytes);
  }
  if (stateBytes > MOST_STATE_BYTES) {
    throw UnexpectedValue.of('stateBytes', `at most ${MOST_STATE_BYTES}`, stateBytes);
  }
  const state = new ArrivingBytes('state', stateBytes);
  const memory = new ArrivingBytes('host memory', memoryBytes);
  // A pipeline that is given up says so, and not why.
  let reason: unknown;
  const fill = (chunk: Uint8Array): void => {
    try {
      const head = chunk.subarray(0, state.missing);
      state.push(head);
      memory.push(chunk.subarray(head.length));
    } catch (error) {
      reason = error;
      throw error;
    }
  };
  const compressed = file.createReadStream({ start, autoClose: false, highWaterMark: 1 << 20 });
  const inflate = createBrotliDecompress({ chunkSize: 1 << 20 });
  await pipeline(compressed, inflate, async (inflated) => {
    for await (const chunk of inflated) fill(chunk as Buffer);
  }).catch((error: unknown) => {
    throw reason ?? error;
  });
  const snapshot = deserialize(state.whole()) as SimulationSnapshot;
  const words = memory.whole();
  return withWords(snapshot, new Int32Array(words.buffer, words.byteOffset, words.length / 4));
}

function refused(path: string, problem: string, cause?: unknown): CommandError {
  return new CommandError('INPUT_FAILED', `${path}: ${problem}`, { cause });
}
