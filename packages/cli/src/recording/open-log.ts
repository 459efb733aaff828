// SPDX-License-Identifier: GPL-2.0-or-later
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CommandError, systemReason } from '../errors.js';
import { openSink, standardSink } from '../output/byte-sink.js';
import { EVENTS_SCHEMA, type EventLogHeader } from './event-log.js';
import { EventLogWriter, type EventLogPosition } from './event-log-writer.js';

/**
 * Begins an event log.
 *
 * @param path a file, or `-` for standard output
 * @throws CommandError if it cannot be written
 */
export async function beginLog(
  path: string,
  { first, run }: Omit<EventLogHeader, 'schema'>,
): Promise<EventLogWriter> {
  const writer = new EventLogWriter(path === '-' ? standardSink : await openSink('events', path));
  writer.begin({ schema: EVENTS_SCHEMA, first, run });
  return writer;
}

/**
 * Goes on with an event log where it was when a checkpoint was taken: what came after that goes, and
 * comes again.
 *
 * @throws CommandError if it is not the log that the checkpoint knows, or cannot be written
 */
export async function continueLog(
  path: string,
  position: EventLogPosition,
  signal: AbortSignal,
): Promise<EventLogWriter> {
  const hash = await checkLog(path, position, signal);
  return new EventLogWriter(await openSink('events', path, position.bytes), hash, position.bytes);
}

async function checkLog(
  path: string,
  { bytes, sha256 }: EventLogPosition,
  signal: AbortSignal,
): Promise<Hash> {
  const { size } = await stat(path).catch((error: unknown) => {
    throw notTheLog(path, `found: ${systemReason(error)}`);
  });
  if (size < bytes) throw notTheLog(path, `at least ${bytes} bytes long, found ${size} bytes`);
  const hash = createHash('sha256');
  const start = createReadStream(path, { end: bytes - 1, signal, highWaterMark: 1 << 20 });
  for await (const chunk of start) hash.update(chunk as Buffer);
  const found = hash.copy().digest('hex');
  if (found === sha256) return hash;
  const expected = `with SHA-256 ${sha256} for its first ${bytes} bytes`;
  throw notTheLog(path, `${expected}, found ${found}`);
}

function notTheLog(path: string, problem: string): CommandError {
  const message = `${path}: expected the event log of the interrupted run, ${problem}`;
  const hint = '--events FILE says where it is, --no-events goes on without it';
  return new CommandError('INPUT_FAILED', message, { hint });
}
