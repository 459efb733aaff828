// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lackeySource, traceOfChunks, TraceError } from '../src/index.js';
import type { TraceReader, TraceSink } from '../src/index.js';
import { openTrace, openTree } from '../src/node/index.js';
import { csvReader } from './support/csv-reader.js';
import { chunked, readBatches } from './support/reading.js';

interface Access {
  readonly kind: 'x' | 'r' | 'w';
  readonly address: number;
  readonly size: number;
}

const accesses = fc.array(
  fc.record<Access>({
    kind: fc.constantFrom('x', 'r', 'w'),
    address: fc.oneof(fc.nat(0x2fff), fc.integer({ min: 0x8048000, max: 0xffff_f000 })),
    size: fc.integer({ min: 1, max: 64 }),
  }),
  { minLength: 1, maxLength: 200 },
);
const cuts = fc.array(fc.nat(6000), { maxLength: 12 });

const csvOf = (all: readonly Access[]): string =>
  ['kind,address,size', ...all.map((a) => `${a.kind},0x${a.address.toString(16)},${a.size}`)]
    .map((line) => `${line}\n`)
    .join('');

const LACKEY = { x: 'I ', r: ' L', w: ' S' };
const lackeyOf = (all: readonly Access[]): string =>
  all
    .map((a) => `${LACKEY[a.kind]} ${a.address.toString(16).padStart(8, '0')},${a.size}\n`)
    .join('');

const read = (text: string, ends: readonly number[] = [], readers = [csvReader], capacity = 64) =>
  readBatches(traceOfChunks(chunked(text, ends), { name: 't', readers }), capacity);

describe('a trace reader', () => {
  it('gives what Lackey’s log of the same accesses gives, however the bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(accesses, cuts, fc.integer({ min: 4, max: 40 }), async (all, ends, size) => {
        const lackey = lackeySource(chunked(lackeyOf(all), []), { name: 't' });
        const expected = await readBatches(lackey, size);
        expect(await read(csvOf(all), ends, [csvReader], size)).toEqual(expected);
      }),
    );
  });

  it('leaves alone what is not its own', async () => {
    await fc.assert(
      fc.asyncProperty(accesses, cuts, async (all, ends) => {
        const expected = await read(lackeyOf(all), [], []);
        expect(await read(lackeyOf(all), ends)).toEqual(expected);
      }),
    );
  });

  it('sees how a trace begins, up to 4096 bytes', async () => {
    const heads: number[] = [];
    const nosy: TraceReader = {
      ...csvReader,
      matches: (head) => (heads.push(head.length), csvReader.matches(head)),
    };
    await read(csvOf([{ kind: 'r', address: 0x1000, size: 4 }]), [3, 9], [nosy]);
    const many = Array.from({ length: 999 }, (): Access => ({
      kind: 'r',
      address: 0x1000,
      size: 4,
    }));
    await read(csvOf(many), [1, 4095, 4097], [nosy]);
    expect(heads).toEqual([29, 4096]);
  });

  it('is asked in the order of the list', async () => {
    const greedy: TraceReader = {
      name: 'greedy',
      matches: () => true,
      open: (sink) => ({ write: () => undefined, end: () => sink.access('load', 0x5000, 1) }),
    };
    const text = csvOf([{ kind: 'w', address: 0x1000, size: 4 }]);
    const kinds = async (readers: TraceReader[]) =>
      (await read(text, [], readers)).flatMap(({ accesses: found }) =>
        found.map(({ kind }) => kind),
      );
    expect(await kinds([greedy, csvReader])).toEqual([1]);
    expect(await kinds([csvReader, greedy])).toEqual([2]);
  });

  it('tells system calls, whose effects are known by their i386 names', async () => {
    const text = 'kind,address,size\nr,0x9000000,4\nbrk,150999040\nw,0x9000000,4\nfork,7\n';
    const [batch] = await read(text);
    expect(batch!.events).toMatchObject([
      { name: 'brk', position: 1, operation: { kind: 'brk', end: 150999040 }, line: 2 },
      { name: 'clone', position: 2, child: 7, operation: { kind: 'fork', child: 7 } },
    ]);
  });

  it('says where a trace is malformed, once everything before that was read', async () => {
    const lines = Array.from({ length: 100 }, () => 'r,0x1000,4\n').join('');
    const text = `kind,address,size\n${lines}r;0x1000;4\n${lines}`;
    const source = traceOfChunks(chunked(text, []), { name: 'a.csv', readers: [csvReader] });
    const seen: number[] = [];
    const { AccessBatch } = await import('../src/index.js');
    const batch = new AccessBatch(43);
    const all = async (): Promise<void> => {
      while (await source.read(batch)) seen.push(batch.length);
    };
    await expect(all()).rejects.toThrow(
      'a.csv:102: expected KIND,ADDRESS,SIZE, found "r;0x1000;4"',
    );
    expect(seen).toEqual([40, 40]);
    await source.close();
  });

  it('is named where a trace holds nothing', async () => {
    await expect(read('kind,address,size\n')).rejects.toThrow(
      't: expected a trace in the form csv, found not one access',
    );
  });

  it('reads files, plain and gzip, and trees of them', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'readers-'));
    try {
      const root = 'kind,address,size\nprocess,5\nr,0x1000,4\nfork,6\nw,0xf0000000,4\n';
      const child = 'kind,address,size\nprocess,6,5\nw,0xf0000000,4\n';
      await writeFile(join(directory, 'a.csv.gz'), gzipSync(root));
      await writeFile(join(directory, 'b.csv'), child);
      const readers = [csvReader];
      const plain = await readBatches(await openTrace(join(directory, 'a.csv.gz'), { readers }));
      expect(plain[0]!.accesses).toHaveLength(2);
      const tree = await openTree(directory, { readers });
      expect([tree.root, tree.pids, tree.missing]).toEqual([5, [5, 6], []]);
      const [first, second] = await Promise.all(
        tree.pids.map(async (pid) => await readBatches(await tree.open(pid))),
      );
      expect(second![0]!.accesses[0]!.address).toBe(first![0]!.accesses[1]!.address);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

const readerThat = (act: (sink: TraceSink) => unknown): TraceReader => ({
  name: 'wild',
  matches: () => true,
  open: (sink) => ({ write: () => void act(sink), end: () => undefined }),
});

const wrong: readonly [what: string, reader: TraceReader, message: string][] = [
  [
    'names no kind',
    readerThat((sink) => sink.access('jump' as 'load', 0, 4)),
    't: record 1: trace reader wild: access: expected kind fetch, load or store, got "jump"',
  ],
  [
    'gives no size',
    readerThat((sink) => sink.access('load', 0, 0)),
    'access: expected a size from 1 to 4096 bytes, got 0',
  ],
  ['gives NaN for a size', readerThat((sink) => sink.access('load', 0, NaN)), 'bytes, got NaN'],
  [
    'gives half an address',
    readerThat((sink) => sink.access('load', 0.5, 4)),
    'expected a whole address, with its size within 64 bits, got 0.5',
  ],
  ['gives an address below 0', readerThat((sink) => sink.access('load', -4, 4)), 'got -4'],
  [
    'goes beyond the last address',
    readerThat((sink) => sink.access('load', 0xffff_ffff_ffff_fffen, 4)),
    'got 18446744073709551614',
  ],
  [
    'gives a call without a name',
    readerThat((sink) => sink.systemCall({ number: 1 } as never)),
    'systemCall: expected a name, got undefined',
  ],
  [
    'gives a result that is text',
    readerThat((sink) => sink.systemCall({ number: 1, name: 'x', result: '0' as never })),
    'expected a result that is a number or null, got "0"',
  ],
  ['names no process', readerThat((sink) => sink.process(1.5)), 'process: expected process ids'],
  [
    'throws',
    readerThat(() => {
      throw new TypeError('oh');
    }),
    'trace reader wild: expected to read on, it threw TypeError: oh',
  ],
  [
    'does not say yes or no',
    { ...csvReader, matches: () => 1 as never },
    't: trace reader csv: matches(head): expected true or false, got 1',
  ],
  [
    'makes no parser',
    { ...readerThat(() => 0), open: () => ({}) as never },
    'open(sink): expected an object with write and end',
  ],
];

describe('a wrong trace reader', () => {
  it.each(wrong)('that %s is reported by name', async (_, reader, message) => {
    const failed = read('any text\n', [], [reader]);
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toThrow(TraceError);
  });
});
