// SPDX-License-Identifier: GPL-2.0-or-later
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { AccessBatch, TraceError } from '../src/index.js';
import type { TraceSource } from '../src/index.js';
import { openTrace } from '../src/node/index.js';
import { digest, readBatches, readText } from './support/reading.js';

/** Long enough for several reads of the file, and hard to compress. */
const TEXT = Array.from({ length: 30_000 }, (_, at) => {
  const address = (0x08000000 + ((at * 2654435761) % 0x200000)).toString(16).padStart(8, '0');
  return `${['I  ', ' L ', ' S ', ' M '][at % 4]!}${address},${(at % 8) + 1}\n`;
}).join('');

const EXPECTED = digest((await readText(TEXT)).accesses);

let folder: string;
let serial = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lguest-sim-trace-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function file(content: string | Uint8Array): Promise<string> {
  const path = join(folder, `trace-${serial++}`);
  await writeFile(path, content);
  return path;
}

async function failure(path: string): Promise<TraceError> {
  const error = await openTrace(path)
    .then((source) => readBatches(source))
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
  expect(error).toBeInstanceOf(TraceError);
  expect((error as TraceError).message.startsWith(`${path}: `)).toBe(true);
  expect((error as TraceError).message).not.toContain('\n');
  return error as TraceError;
}

describe('a trace file', () => {
  it('is read plain and gzipped alike, whatever its name', async () => {
    for (const content of [TEXT, gzipSync(TEXT)]) {
      const source = await openTrace(await file(content));
      expect(await digestOf(source)).toBe(EXPECTED);
      expect(source.bytesRead).toBe(content.length);
      expect(source.totalBytes).toBe(content.length);
    }
  });

  it('may be several gzip members one after the other', async () => {
    const half = TEXT.length / 2;
    const path = await file(
      Buffer.concat([gzipSync(TEXT.slice(0, half)), gzipSync(TEXT.slice(half))]),
    );
    expect(await digestOf(await openTrace(path))).toBe(EXPECTED);
  });

  it('is read as it is needed, not at once', async () => {
    const source = await openTrace(await file(TEXT));
    const batch = new AccessBatch();
    expect(source.bytesRead).toBe(0);
    await source.read(batch);
    expect(source.bytesRead).toBeGreaterThan(0);
    expect(source.bytesRead).toBeLessThan(TEXT.length / 2);
    await source.close();
  });

  it('may be a named pipe', async () => {
    const path = join(folder, 'pipe');
    await promisify(execFile)('mkfifo', [path]);
    const writing = open(path, 'w').then(async (handle) => {
      await handle.writeFile(TEXT);
      await handle.close();
    });
    const source = await openTrace(path);
    const [read] = await Promise.all([digestOf(source), writing]);
    expect(read).toBe(EXPECTED);
    expect(source.totalBytes).toBeUndefined();
    expect(source.bytesRead).toBe(TEXT.length);
  });
});

describe('standard input', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  function put(content: string | Uint8Array): void {
    const stream = new PassThrough();
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(stream as unknown as typeof process.stdin);
    stream.end(content);
  }

  it.each([
    ['plain', TEXT],
    ['gzipped', gzipSync(TEXT)],
  ])('can be a %s trace', async (_, content) => {
    put(content);
    const source = await openTrace('-');
    expect(await digestOf(source)).toBe(EXPECTED);
    expect(source.bytesRead).toBe(content.length);
    expect(source.totalBytes).toBeUndefined();
  });

  it('that is malformed fails by line', async () => {
    put('I  08049b00,2\noops\n');
    const reading = openTrace('-').then((source) => readBatches(source));
    await expect(reading).rejects.toThrow(/^standard input:2: expected/);
  });
});

describe('a trace file that cannot be read', () => {
  it('is missing', async () => {
    const error = await failure(join(folder, 'absent'));
    expect(error.code).toBe('TRACE_NOT_FOUND');
    expect(error.message).toMatch(/: expected a trace file, found no such file$/);
  });

  it('is a directory', async () => {
    const error = await failure(folder);
    expect(error.code).toBe('TRACE_IS_DIRECTORY');
    expect(error.message).toMatch(/: expected a trace file, found a directory$/);
  });

  // Root may read everything.
  it.skipIf(process.getuid?.() === 0)('is not permitted', async () => {
    const path = await file(TEXT);
    await chmod(path, 0);
    expect((await failure(path)).code).toBe('TRACE_UNREADABLE');
  });

  it('is empty', async () => {
    for (const content of ['', gzipSync('')]) {
      expect((await failure(await file(content))).code).toBe('TRACE_EMPTY');
    }
  });

  it('is a truncated gzip, wherever it was cut', async () => {
    const whole = gzipSync(TEXT);
    for (const length of [
      2,
      5,
      10,
      11,
      1000,
      whole.length >> 1,
      whole.length - 8,
      whole.length - 1,
    ]) {
      const error = await failure(await file(whole.subarray(0, length)));
      expect([length, error.code]).toEqual([length, 'TRACE_DAMAGED_GZIP']);
      expect(error.message).toMatch(/: expected a whole gzip file, found a truncated one$/);
    }
  });

  it('is a damaged gzip', async () => {
    const damaged = gzipSync(TEXT);
    damaged[damaged.length - 6]! ^= 0xff;
    const error = await failure(await file(damaged));
    expect(error.code).toBe('TRACE_DAMAGED_GZIP');
    expect(error.message).toMatch(/found a damaged one \(incorrect data check\)$/);
    const header = gzipSync(TEXT);
    header[2] = 99;
    expect((await failure(await file(header))).code).toBe('TRACE_DAMAGED_GZIP');
  });

  it('is one byte, which could be the first of a gzip', async () => {
    const error = await openTrace(await file(Uint8Array.of(0x1f)))
      .then((source) => readBatches(source))
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'TRACE_CUT_OFF', line: 1 });
  });

  it('has its malformed line named when it is gzipped too', async () => {
    const path = await file(gzipSync(`${TEXT}oops\n`));
    const error = await openTrace(path)
      .then((source) => readBatches(source))
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'TRACE_MALFORMED', line: 30_001, file: path });
  });
});

describe('closing', () => {
  const contents: readonly (readonly [string, string | Uint8Array])[] = [
    ['plain', TEXT],
    ['gzipped', gzipSync(TEXT)],
    ['truncated', gzipSync(TEXT).subarray(0, 20_000)],
  ];

  it.each(contents)(
    'a %s trace works before, during and after reading, and twice',
    async (_, content) => {
      for (const reads of [0, 1, 2, 1000]) {
        const source = await openTrace(await file(content));
        const batch = new AccessBatch(1024);
        try {
          for (let count = 0; count < reads; count++) if (!(await source.read(batch))) break;
        } catch (error) {
          expect(error).toBeInstanceOf(TraceError);
        }
        await source.close();
        await source.close();
        expect(await source.read(batch)).toBe(false);
        expect(batch.length).toBe(0);
      }
    },
  );

  it.each(contents)('while a %s trace is being read makes that read end', async (_, content) => {
    const source = await openTrace(await file(content));
    const reading = source.read(new AccessBatch(1_000_000));
    await source.close();
    expect(await reading).toBe(false);
  });

  it.skipIf(process.platform !== 'linux')(
    'leaves no file open, nor does a failed opening',
    async () => {
      const path = await file(TEXT);
      const before = (await readdir('/proc/self/fd')).length;
      for (let count = 0; count < 20; count++) {
        const source = await openTrace(path);
        await source.read(new AccessBatch(64));
        await source.close();
        await expect(openTrace(folder)).rejects.toThrow(TraceError);
        await expect(openTrace(path, { kernelAddress: 0xc0000001 })).rejects.toThrow(RangeError);
      }
      expect((await readdir('/proc/self/fd')).length).toBe(before);
    },
  );

  it('does not wait for a pipe into which nobody writes', async () => {
    const path = join(folder, 'idle-pipe');
    await promisify(execFile)('mkfifo', [path]);
    const [source, writer] = await Promise.all([openTrace(path), open(path, 'w')]);
    const reading = source.read(new AccessBatch());
    await source.close();
    expect(await reading).toBe(false);
    await writer.close();
  });
});

async function digestOf(source: TraceSource): Promise<string> {
  return digest((await readBatches(source)).flatMap(({ accesses }) => accesses));
}
