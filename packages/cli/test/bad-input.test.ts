// SPDX-License-Identifier: GPL-2.0-or-later
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, gunzipSync, gzipSync } from 'node:zlib';
import { readRecord } from '@lguest-sim/bus';
import { ConformanceError, HostExhausted, conform } from '@lguest-sim/conformance';
import { AccessBatch, TraceError, packLogs, traceOfChunks } from '@lguest-sim/trace';
import { openTrace } from '@lguest-sim/trace/node';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { CommandError } from '../src/errors.js';
import { readRecording } from '../src/input/recording-files.js';
import { EventLogReader } from '../src/recording/event-log-reader.js';
import { readCheckpoint } from '../src/recording/read-checkpoint.js';
import { readScenario } from '../src/scenario/read-scenario.js';
import { mutated } from './support/mutations.js';
import { smallScenario, well } from './support/recorded-run.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const seconds = 1000;
/** Inputs over all readers. A long run sets LGUEST_SIM_FUZZ_INPUTS to 100000 or more. */
const inputs = Number(process.env['LGUEST_SIM_FUZZ_INPUTS'] ?? 4000);
const isLong = inputs > 10_000;
const seed = Number(process.env['LGUEST_SIM_FUZZ_SEED'] ?? 1);
/** Much longer than any of these inputs takes to be read or refused, on a busy machine too. */
const MOST_SECONDS = 10;
/** Memory that the process may have more at the end of a reader's inputs than before. */
const MOST_GROWTH = 600 * 2 ** 20;

const root = temporaryDirectory();
const scratch = join(root, 'input');

type ErrorClass = abstract new (...args: never[]) => Error;

/** Reads mutations of files, each of which has to be read, or refused with an error of these classes. */
async function fuzz(
  files: readonly Uint8Array[],
  read: (bytes: Uint8Array) => Promise<unknown>,
  share: number,
  ...errors: readonly ErrorClass[]
): Promise<void> {
  const before = process.memoryUsage().rss;
  const tally = { read: 0, refused: 0 };
  const property = fc.asyncProperty(mutated(files), async (bytes) => {
    const started = performance.now();
    try {
      await read(bytes);
      tally.read++;
    } catch (error) {
      if (!errors.some((one) => error instanceof one)) throw error;
      expect((error as Error).message).toMatch(/expected|found|bad|unknown|not |more /i);
      tally.refused++;
    }
    expect((performance.now() - started) / seconds).toBeLessThan(MOST_SECONDS);
  });
  const numRuns = Math.ceil(inputs * share);
  await fc.assert(property, { numRuns, seed, endOnFailure: isLong });
  expect(tally.refused).toBeGreaterThan(0);
  expect(process.memoryUsage().rss - before).toBeLessThan(MOST_GROWTH);
  if (isLong) console.info(`${numRuns} inputs: ${tally.read} read, ${tally.refused} refused`);
}

const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(path));
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (let at = 0; at < bytes.length; at += 700) yield bytes.subarray(at, at + 700);
}

async function readTrace(bytes: Uint8Array, takesPackets = false): Promise<void> {
  const source = traceOfChunks(chunks(bytes), { name: 'input' });
  const batch = new AccessBatch(undefined, { takesPackets });
  while (await source.read(batch)) batch.packets.writeAll(batch);
}

const lackey = [
  '==7== Lackey, an example Valgrind tool',
  '==7== Parent PID: 6',
  'I  08048000,3',
  ' L bffff000,4',
  'SYSCALL[7,1](45) sys_brk ( 0x804b000 ) --> [pre-success] Success(0x804b000)',
  ' S 0804a010,4',
  'SYSCALL[7,1](192) sys_mmap2 ( 0x0, 8192, 3, 34, -1, 0 ) --> [pre-success] Success(0x40000000)',
  ' M 40000010,8',
  'SYSCALL[7,1](2) sys_fork ( ) --> [async] ...',
  'SYSCALL[7,1](2) ... [async] --> Success(0x8)',
  'I  08048003,5',
  'SYSCALL[7,1](252) exit_group ( 0 )',
  '',
].join('\n');

async function packed(text: string): Promise<Uint8Array> {
  const log = { name: 'a', chunks: chunks(new Uint8Array(Buffer.from(text))) };
  const pieces: Uint8Array[] = [];
  for await (const piece of packLogs([log], false)) pieces.push(piece);
  return new Uint8Array(Buffer.concat(pieces));
}

/** Every checksum of a packed trace made right, so that what is inside gets looked at. */
function checked(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes);
  if (copy.length < 16) return copy;
  copy.writeUInt32LE(crc32(copy.subarray(0, 12)), 12);
  for (let at = 16; at + 16 <= copy.length;) {
    const size = copy.readUInt32LE(at + 8);
    const payload = copy.subarray(at + 16, at + 16 + size);
    copy.writeUInt32LE(crc32(payload, crc32(copy.subarray(at, at + 12))), at + 12);
    at += 16 + size;
  }
  return new Uint8Array(copy);
}

/** A checkpoint with the length and digest of what it is now. */
function signed(bytes: Uint8Array): Uint8Array {
  const newline = bytes.indexOf(0x0a);
  if (newline < 0) return bytes;
  const rest = Buffer.from(bytes.subarray(newline + 1));
  const digest = createHash('sha256').update(rest).digest('hex');
  const first = `lguest-sim/checkpoint/2 ${String(rest.length).padStart(16, '0')} ${digest}\n`;
  return new Uint8Array(Buffer.concat([Buffer.from(first), rest]));
}

function fromFile<T>(read: (path: string) => Promise<T>): (bytes: Uint8Array) => Promise<T> {
  return async (bytes) => {
    writeFileSync(scratch, bytes);
    return await read(scratch);
  };
}

async function readLog(path: string): Promise<void> {
  const reader = new EventLogReader(path);
  try {
    await reader.header();
    for (let line = await reader.next(); line !== undefined; line = await reader.next()) {
      readRecord(JSON.parse(line));
    }
  } catch (error) {
    throw reader.explain(error);
  } finally {
    await reader.close();
  }
}

const log = join(root, 'log.ndjson');
const checkpoint = join(root, 'checkpoint');

beforeAll(async () => {
  const scenario = smallScenario(root);
  const record = ['--events', log, '--checkpoint', checkpoint, '--every', '400000'];
  await well('run', scenario, '--quiet', ...record);
  // The beginning is as good as the whole, and quicker.
  const lines = readFileSync(log, 'utf8').split('\n');
  writeFileSync(log, [...lines.slice(0, 60), ...lines.slice(-2)].join('\n'));
}, 120 * seconds);

describe('whatever bytes are read', { timeout: 3600 * seconds }, () => {
  it('as a trace, they are one or a clear error', async () => {
    const texts = [lackey, lackey.repeat(40)].map((text) => new Uint8Array(Buffer.from(text)));
    await fuzz(texts, readTrace, 0.2, TraceError);
  });

  it('as a packed trace, they are one or a clear error, right checksums or not', async () => {
    const files = [
      await packed(lackey),
      await packed(lackey.repeat(40).replace(/exit_group/g, 'x')),
    ];
    await fuzz(files, readTrace, 0.05, TraceError);
    await fuzz(files, (bytes) => readTrace(checked(bytes)), 0.1, TraceError);
    await fuzz(files, (bytes) => readTrace(checked(bytes), true), 0.05, TraceError);
  });

  it('as a scenario, they are one or a clear error', async () => {
    const directory = here('../scenarios');
    const names = readdirSync(directory).filter((name) => name.endsWith('.yaml'));
    const files = names.map((name) => bytesOf(join(directory, name)));
    const read = (bytes: Uint8Array): Promise<unknown> =>
      Promise.resolve().then(() => readScenario('input.yaml', Buffer.from(bytes).toString('utf8')));
    await fuzz(files, read, 0.2, CommandError);
  });

  it('as an event log, they are one or a clear error', async () => {
    await fuzz([bytesOf(log)], fromFile(readLog), 0.2, CommandError);
  });

  it('as a checkpoint, they are one or a clear error, a right digest or not', async () => {
    await fuzz([bytesOf(checkpoint)], fromFile(readCheckpoint), 0.02, CommandError);
    const read = fromFile(readCheckpoint);
    await fuzz([bytesOf(checkpoint)], (bytes) => read(signed(bytes)), 0.03, CommandError);
  });

  it('as a recording of the original, they are one or a clear error', async () => {
    const directory = here('../../conformance/vectors');
    const names = readdirSync(directory).filter((name) => name.endsWith('.gz'));
    const files = names.map((name) => {
      const text = gunzipSync(readFileSync(join(directory, name))).toString();
      return new Uint8Array(Buffer.from(text.split('\n').slice(0, 40).join('\n')));
    });
    const read = (bytes: Uint8Array): Promise<unknown> =>
      Promise.resolve().then(() => conform('input', bytes, { fidelity: 'mended' }));
    await fuzz(files, read, 0.15, ConformanceError, HostExhausted);
  });

  it('compressed, they are a trace or a recording or a clear error', async () => {
    const files = [new Uint8Array(gzipSync(lackey)), new Uint8Array(gzipSync(lackey.repeat(500)))];
    const open = fromFile(async (path) => {
      const source = await openTrace(path);
      const batch = new AccessBatch();
      try {
        while (await source.read(batch));
      } finally {
        await source.close();
      }
    });
    await fuzz(files, open, 0.05, TraceError);
    await fuzz(files, fromFile(readRecording), 0.05, CommandError);
  });
});

describe('a file that is small and stands for much', { timeout: 120 * seconds }, () => {
  const bomb = join(root, 'bomb.gz');

  it('is no recording once it is decompressed', async () => {
    writeFileSync(bomb, gzipSync(Buffer.alloc(2 ** 28 + 1)));
    const before = process.memoryUsage().rss;
    await expect(readRecording(bomb)).rejects.toThrow(
      /: expected a recording, found: more than 256M once it is decompressed$/,
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(MOST_GROWTH);
  });

  it('is no recording with a line that does not end', () => {
    const line = new Uint8Array(2 ** 24 + 1).fill(0x61);
    expect(() => conform('input', line, { fidelity: 'mended' })).toThrow(
      /^line 1: expected a line of at most 16777216 characters, found a longer one$/,
    );
  });

  it('is no trace, told at its first line', async () => {
    writeFileSync(bomb, gzipSync(Buffer.alloc(2 ** 28)));
    const source = await openTrace(bomb);
    await expect(source.read(new AccessBatch())).rejects.toThrow(/:1: expected a line of at most/);
    await source.close();
  });

  it.each([
    ['lists', `processes: ${'['.repeat(100_000)}`],
    ['mappings', `processes: ${'{a: '.repeat(50_000)}`],
    ['items', `${'- '.repeat(100_000)}a`],
  ])('is no scenario of %s in each other', (_, text) => {
    expect(() => readScenario('deep.yaml', text)).toThrow(
      /^deep\.yaml:1: expected YAML less deeply nested, found too many levels$/,
    );
  });

  it.each([
    ['stateBytes', 2 ** 52, /: stateBytes: expected at most 1073741824, got 4503599627370496$/],
    ['memoryBytes', 2 ** 40, /: memoryBytes: expected whole pages, \d+ bytes at most, got \d+$/],
    ['stateBytes', 2 ** 29, /: state: expected 536870912 bytes, got \d+$/],
    ['memoryBytes', 4096, /: host memory: expected 4096 bytes, got more$/],
  ])(
    'is no checkpoint with a wrong %s of %d, and takes no room for it',
    async (key, size, message) => {
      const file = join(root, 'sizes');
      const bytes = Buffer.from(bytesOf(join(root, 'checkpoint')));
      const text = bytes
        .toString('latin1')
        .replace(new RegExp(`"${key}":\\d+(?=,"memoryBytes|\\}\\n)`), `"${key}":${size}`);
      writeFileSync(file, signed(new Uint8Array(Buffer.from(text, 'latin1'))));
      const before = process.memoryUsage().arrayBuffers;
      await expect(readCheckpoint(file)).rejects.toThrow(message);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MOST_GROWTH / 4);
    },
  );
});
