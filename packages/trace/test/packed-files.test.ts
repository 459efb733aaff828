// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccessBatch, countLogs } from '../src/index.js';
import type { TraceSource, TraceTree } from '../src/index.js';
import { openLogs, openTrace, openTree, packFiles } from '../src/node/index.js';
import { withoutLines } from './support/packed.js';
import { readBatches } from './support/reading.js';
import { recordedTrace, recordedTraces } from './support/recorded.js';

/** What the accesses of a packed trace may take. */
const MOST_BYTES_AN_ACCESS = 2.5;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'packed-files-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function packed(paths: readonly string[], name: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of packFiles(paths)) pieces.push(piece.slice());
  return put(name, Buffer.concat(pieces));
}

function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function log(pid: number, parent: number, children: readonly number[] = []): string {
  const forks = children.map(
    (child) =>
      `SYSCALL[${pid},1](120) sys_clone ( 1200011, 0x0 )   clone(fork): process ${pid} created child ${child}\n --> [pre-success] Success(0x${child.toString(16)}) \n`,
  );
  const header = `==${pid}== Command: sh\n==${pid}== Parent PID: ${parent}\n`;
  return `${header} --> [pre-success] Success(0x0) \n S fe801000,4\n${forks.join('')} L 8049000,4\n`;
}

async function readTree(tree: TraceTree): Promise<unknown> {
  const { root, pids, missing } = tree;
  const logs = [];
  for (const pid of pids) {
    const source = await tree.open(pid);
    const batches = await readBatches(source, 64);
    const events = batches.flatMap((batch) => batch.events.map(withoutLines));
    logs.push({
      accesses: batches.flatMap(({ accesses }) => accesses),
      events,
      moved: source.moved,
    });
  }
  return { root, pids, missing, logs };
}

/** Compares batch for batch; returns how many accesses there were. */
async function compare(one: TraceSource, other: TraceSource): Promise<number> {
  const [expected, found] = [new AccessBatch(1000), new AccessBatch(1000)];
  let accesses = 0;
  while (await one.read(expected)) {
    expect(await other.read(found)).toBe(true);
    const { length } = expected;
    expect(found.length).toBe(length);
    expect(
      Buffer.compare(bytesOf(found.addresses, length), bytesOf(expected.addresses, length)),
    ).toBe(0);
    expect(Buffer.compare(bytesOf(found.info, length), bytesOf(expected.info, length))).toBe(0);
    expect(found.events.map(withoutLines)).toEqual(expected.events.map(withoutLines));
    accesses += length;
  }
  expect(await other.read(found)).toBe(false);
  expect(other.moved).toEqual(one.moved);
  await one.close();
  await other.close();
  return accesses;
}

function bytesOf(array: Uint32Array | Uint16Array, length: number): Uint8Array {
  return new Uint8Array(array.buffer, 0, length * array.BYTES_PER_ELEMENT);
}

describe('a packed file', () => {
  it('is told by its content, plain or gzip, whatever its name', async () => {
    const text = put('a.lgt', ' L fec00000,4\nI  08049b00,2\n');
    const lgt = await packed([text], 'a.lackey');
    const zipped = await packed([lgt], 'b');
    writeFileSync(zipped, gzipSync(await collect(packFiles([lgt]))));
    const expected = await readBatches(await openTrace(text));
    expect(await readBatches(await openTrace(lgt))).toEqual(expected);
    expect(await readBatches(await openTrace(zipped))).toEqual(expected);
  });

  it('of a tree is the same tree as its logs, whether they are packed alone or together', async () => {
    const logs = join(folder, 'logs');
    const each = join(folder, 'each');
    mkdirSync(logs);
    mkdirSync(each);
    put('logs/10', log(10, 1, [11, 13]));
    put('logs/11', gzipSync(log(11, 10, [12])));
    put('logs/12', log(12, 11));
    const expected = await readTree(await openTree(logs));
    const tree = await packed([logs], 'tree.lgt');
    expect(await readTree(await openTree(tree))).toEqual(expected);
    for (const pid of [10, 11, 12]) await packed([join(logs, `${pid}`)], `each/${pid}`);
    expect(await readTree(await openTree(each))).toEqual(expected);
    const again = await packed([join(each, '11'), join(logs, '10'), join(each, '12')], 'again.lgt');
    expect(await readTree(await openTree(again))).toEqual(expected);
    await expect(openTrace(tree).then((source) => readBatches(source))).rejects.toMatchObject({
      code: 'TRACE_IS_TREE',
    });
  });

  it('of several logs is only made if they are a tree', async () => {
    const [one, other] = [put('1', log(10, 1)), put('2', log(20, 1))];
    await expect(packed([one, other], 'x')).rejects.toMatchObject({ code: 'TRACE_NO_TREE' });
    await expect(packed([one, one], 'x')).rejects.toMatchObject({ code: 'TRACE_TWICE' });
  });

  it('of one log is a tree of one process where a tree is meant', async () => {
    const lgt = await packed([put('1', log(10, 1))], 'one.lgt');
    expect((await openTree(lgt)).pids).toEqual([10]);
    const { isPacked, isTree, logs } = await countLogs(await openLogs(lgt));
    expect([isPacked, isTree, logs.length, logs[0]!.pid]).toEqual([true, false, 1, 10]);
  });
});

const traces = recordedTraces();
const shell = recordedTrace('sh.26540.lackey.gz');

// Without ../shared/traces next to the repository there is nothing to compare with.
describe.skipIf(shell === undefined)('a recorded trace, packed (../shared/traces)', () => {
  it.each(traces.map((path) => [basename(path), path]))(
    '%s gives the same batches and takes at most 2.5 bytes an access',
    async (_, path) => {
      const lgt = await collect(packFiles([path]));
      const other = await openTrace(put('packed', lgt));
      const accesses = await compare(await openTrace(path), other);
      expect(lgt.length / accesses).toBeLessThan(MOST_BYTES_AN_ACCESS);
    },
  );

  it('the shell script is the same tree', async () => {
    const [logs, lgt] = [
      await openTree(dirname(shell!)),
      await openTree(await packed([dirname(shell!)], 'tree.lgt')),
    ];
    expect([lgt.root, lgt.pids, lgt.missing]).toEqual([logs.root, logs.pids, logs.missing]);
    for (const pid of logs.pids) await compare(await logs.open(pid), await lgt.open(pid));
  });
});

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece.slice());
  return Buffer.concat(all);
}
