// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessBatch, TraceError } from '../src/index.js';
import type { TraceSource } from '../src/index.js';
import { DecoderThreads, openTrace } from '../src/node/index.js';

/** A thread runs what was built. */
const PROGRAM = new URL('../dist/node/thread/decoder.js', import.meta.url);
const recorded = fileURLToPath(
  new URL('../../../../shared/traces/sort.lackey.gz', import.meta.url),
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lguest-sim-thread-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Threads for every trace, however short. */
const threads = (most: number): DecoderThreads =>
  new DecoderThreads(most, { program: PROGRAM, worthwhile: 0 });

interface Read {
  readonly batches: { addresses: number[]; info: number[]; events: unknown[] }[];
  readonly moved: unknown;
  readonly bytesRead: number;
  readonly error: unknown;
}

async function readAll(source: TraceSource, capacity: number): Promise<Read> {
  const batch = new AccessBatch(capacity);
  const batches: Read['batches'] = [];
  let error: unknown;
  try {
    while (await source.read(batch)) {
      const { addresses, info, length, events } = batch;
      batches.push({
        addresses: [...addresses.subarray(0, length)],
        info: [...info.subarray(0, length)],
        events: [...events],
      });
    }
  } catch (thrown) {
    error = thrown;
  }
  const { moved, bytesRead } = source;
  return { batches, moved, bytesRead, error };
}

async function both(path: string, capacity: number): Promise<[Read, Read]> {
  const own = await openTrace(path);
  const other = await threads(1).open(path);
  try {
    return [await readAll(own, capacity), await readAll(other, capacity)];
  } finally {
    await own.close();
    await other.close();
  }
}

const record = (at: number): string => `I  ${(0x08048000 + at).toString(16).padStart(8, '0')},4\n`;
const records = (count: number): string =>
  Array.from({ length: count }, (_, at) => record(4 * at)).join('');

describe('a trace that another thread decodes', () => {
  it('has the same batches, events, moved regions and bytes read', async () => {
    const [own, other] = await both(recorded, 8192);
    expect(own.batches.length).toBeGreaterThan(64);
    expect(own.batches.some(({ events }) => events.length > 0)).toBe(true);
    expect(own.moved).not.toEqual([]);
    expect(other).toEqual(own);
  });

  it('fails with the same error after the same batches', async () => {
    const path = join(folder, 'malformed');
    await writeFile(path, `${records(900)}what is this\n${records(900)}`);
    const [own, other] = await both(path, 64);
    expect(other.error).toBeInstanceOf(TraceError);
    const { code, message, line } = other.error as TraceError;
    expect({ code, message, line }).toEqual({
      code: 'TRACE_MALFORMED',
      message: (own.error as TraceError).message,
      line: 901,
    });
    expect(other.batches).toEqual(own.batches);
  });

  it('fails with the same error if it is truncated gzip', async () => {
    const path = join(folder, 'truncated');
    await writeFile(path, gzipSync(records(20_000)).subarray(0, -2000));
    const [own, other] = await both(path, 64);
    expect((other.error as TraceError).message).toBe((own.error as TraceError).message);
  });

  it('has ended for good once it has, and stays failed once it has failed', async () => {
    const good = join(folder, 'good');
    const bad = join(folder, 'bad');
    await writeFile(good, records(1000));
    await writeFile(bad, `${records(1000)}?\n`);
    const batch = new AccessBatch(64);
    const ended = await threads(1).open(good);
    while (await ended.read(batch));
    expect(await ended.read(batch)).toBe(false);
    await ended.close();
    const failed = await threads(1).open(bad);
    await expect(drain(failed, batch)).rejects.toThrow(TraceError);
    await expect(failed.read(batch)).rejects.toThrow(TraceError);
    await failed.close();
  });

  it('may be closed at any time, also while a read waits, and then gives nothing', async () => {
    for (const batches of [0, 1, 2, 5]) {
      const source = await threads(1).open(recorded);
      const batch = new AccessBatch(64);
      for (let read = 0; read < batches; read++) await source.read(batch);
      const waiting = source.read(batch);
      await source.close();
      await waiting.catch(() => undefined);
      expect(await source.read(batch)).toBe(false);
      expect(batch.length).toBe(0);
    }
  });

  it('is read here if no thread is left, and a closed one leaves its thread to the next', async () => {
    const pool = threads(1);
    const batch = new AccessBatch(64);
    const sources = [await pool.open(recorded), await pool.open(recorded)];
    for (const source of sources) expect(await source.read(batch)).toBe(true);
    for (const source of sources) expect(await source.read(batch)).toBe(true);
    expect(pool.free).toBe(0);
    for (const source of sources) await source.close();
    expect(pool.free).toBe(1);
  });

  it('has no thread unless it is long', async () => {
    const pool = new DecoderThreads(1, { program: PROGRAM });
    const source = await pool.open(recorded);
    await source.read(new AccessBatch(64));
    expect(pool.free).toBe(1);
    await source.close();
  });
});

async function drain(source: TraceSource, batch: AccessBatch): Promise<void> {
  while (await source.read(batch));
}
