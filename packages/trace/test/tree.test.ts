// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TraceError, treeOfOne } from '../src/index.js';
import type { SystemCallEvent, TraceTree } from '../src/index.js';
import { openTrace, openTree } from '../src/node/index.js';
import { digest, readBatches, textSource } from './support/reading.js';
import { recordedTrace } from './support/recorded.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trace-tree-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Writes a file of the folder; returns its path. */
function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function header(pid: number, parent: number, command = 'sh job.sh'): string {
  return `==${pid}== Lackey, an example Valgrind tool\n==${pid}== Command: ${command}\n==${pid}== Parent PID: ${parent}\n==${pid}== \n`;
}

/** A log: accesses, and calls that fork the children. */
function log(pid: number, parent: number, children: readonly number[] = []): string {
  const lines = children.map(
    (child) =>
      `SYSCALL[${pid},1](120) sys_clone ( 1200011, 0x0 )   clone(fork): process ${pid} created child ${child}\n --> [pre-success] Success(0x${child.toString(16)}) `,
  );
  return [
    `${header(pid, parent)} --> [pre-success] Success(0x0) `,
    ' S fe801000,4',
    ...lines,
    '',
  ].join('\n');
}

async function addresses(tree: TraceTree, pid: number): Promise<number[]> {
  const batches = await readBatches(await tree.open(pid));
  return batches.flatMap(({ accesses }) => accesses.map(({ address }) => address));
}

async function firstCall(tree: TraceTree, pid: number): Promise<SystemCallEvent> {
  const [first] = (await readBatches(await tree.open(pid))).flatMap(({ events }) => events);
  return first as SystemCallEvent;
}

async function failure(paths: string | readonly string[]): Promise<TraceError> {
  const error: unknown = await openTree(paths).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TraceError);
  expect((error as TraceError).message).not.toContain('\n');
  return error as TraceError;
}

describe('a tree of logs', () => {
  it('is that of a directory or of files in any order, plain or gzip, whatever their names', async () => {
    const files = [
      put('a', gzipSync(log(12, 11))),
      put('b', log(10, 1, [11, 13])),
      put('c', log(11, 10, [12])),
    ];
    for (const paths of [folder, [folder], files, files.toReversed()]) {
      const tree = await openTree(paths);
      expect(tree.name).toBe(Array.isArray(paths) && paths.length > 1 ? files[1] : folder);
      expect([tree.root, tree.pids, tree.missing]).toEqual([10, [10, 11, 12], [13]]);
      expect([tree.has(12), tree.has(13)]).toEqual([true, false]);
      expect(await addresses(tree, 12)).toEqual([0xbfc01000]);
    }
    expect((await openTree(folder, { name: 'shell' })).name).toBe('shell');
  });

  it('may be of one process, which need not say who it is', async () => {
    const tree = await openTree(put('alone', 'I  08049b00,2\n'));
    expect([tree.root, tree.pids, tree.missing]).toEqual([1, [1], []]);
    expect(await addresses(tree, 1)).toEqual([0x08049b00]);
  });

  it('of a directory leaves out other files and folders where names tell logs', async () => {
    put('10.lackey', log(10, 1, [11]));
    put('11.lackey.gz', gzipSync(log(11, 10)));
    put('README.md', '# Notes\n');
    mkdirSync(join(folder, 'folder.lackey'));
    expect((await openTree(folder)).pids).toEqual([10, 11]);
  });

  it('has its addresses in the same places whoever is read first, and however often', async () => {
    put('10', `${log(10, 1, [11])} S 7f0000000000,4\n S bfc00000,4\n S 8049000,4\n`);
    put('11', `${log(11, 10)} S fec00000,4\n S bfc00000,4\n`);
    const orders = [
      [10, 11, 11],
      [11, 10],
    ];
    const read = orders.map(async (order) => {
      const tree = await openTree(folder);
      const found = new Map<number, number[]>();
      for (const pid of order) {
        const places = await addresses(tree, pid);
        expect(found.get(pid) ?? places).toEqual(places);
        found.set(pid, places);
      }
      return [found.get(10), found.get(11)];
    });
    const [one, other] = await Promise.all(read);
    expect(other).toEqual(one);
    // What was neighbours in two logs is neighbours in both.
    expect(one).toEqual([
      [0xbf001000, 0xbf800000, 0xbfc00000, 0x8049000],
      [0xbf001000, 0xbf400000, 0xbfc00000],
    ]);
  });

  it('begins a child that became another program with its execution', async () => {
    put('10', log(10, 1, [11, 12, 13]));
    put('11', `${header(11, 10, 'true')} S 8049000,4\n`);
    put('12', `${header(12, 10)} S 8049000,4\n`);
    put('13', `${header(13, 10, 'renamed')} --> [pre-success] Success(0x0) \n S 8049000,4\n`);
    const tree = await openTree(folder);
    expect(await firstCall(tree, 11)).toEqual({
      kind: 'system-call',
      position: 0,
      number: 11,
      name: 'execve',
      args: ['true'],
      result: 0,
      failed: false,
      operation: { kind: 'exec' },
      line: 2,
    });
    expect(await firstCall(tree, 12)).toBeUndefined();
    expect(await firstCall(tree, 13)).toBeUndefined();
  });

  it('may have a child without one access', async () => {
    put('10', log(10, 1, [11]));
    put('11', `${header(11, 10)} --> [pre-success] Success(0x0) \n`);
    expect(await addresses(await openTree(folder), 11)).toEqual([]);
  });

  it('has no source for a process that is not there', async () => {
    const tree = await openTree(put('10', log(10, 1)));
    await expect(tree.open(11)).rejects.toThrow(RangeError);
  });

  it('moves regions below the kernel address asked for', async () => {
    const tree = await openTree(put('10', log(10, 1)), { kernelAddress: 0x80000000 });
    expect(await addresses(tree, 10)).toEqual([0x7fc01000]);
  });

  it('can be called off while it is read', async () => {
    const stop = new AbortController();
    stop.abort(new Error('called off'));
    const opening = openTree(put('10', log(10, 1)), { signal: stop.signal });
    await expect(opening).rejects.toThrow('called off');
  });
});

describe('a tree is refused', () => {
  it.each<[string, Record<string, string>, string, RegExp]>([
    [
      'with two roots',
      { a: log(10, 1), b: log(20, 1) },
      'TRACE_NO_TREE',
      /^FOLDER: expected the logs of one program .* process 10 \(FOLDER\/a\) and process 20 \(FOLDER\/b\)$/,
    ],
    [
      'whose root says that its parent is among them',
      { a: log(10, 1), b: log(11, 10) },
      'TRACE_NO_TREE',
      /^FOLDER\/b: expected a fork of process 11 in FOLDER\/a, found none$/,
    ],
    [
      'without a root',
      { a: log(10, 11, [11]), b: log(11, 10, [10]) },
      'TRACE_NO_TREE',
      /^FOLDER: expected a process that none/,
    ],
    [
      'part of which does not descend from the root',
      { a: log(10, 11, [11]), b: log(11, 10, [10]), c: log(12, 1) },
      'TRACE_NO_TREE',
      /^FOLDER: expected each process to descend from 12, found 10$/,
    ],
    [
      'with a child of two parents',
      { a: log(10, 1, [11, 12]), b: log(11, 10, [12]), c: log(12, 11) },
      'TRACE_NO_TREE',
      /^FOLDER\/b:\d+: expected a child that no one forked before, found 12$/,
    ],
    [
      'with two logs of one process',
      { a: log(10, 1), b: log(10, 1) },
      'TRACE_TWICE',
      /^FOLDER\/b: expected one log a process, found that of process 10 in FOLDER\/a too$/,
    ],
    [
      'with a log that does not say whose it is',
      { a: log(10, 1, [11]), b: ' S 8049000,4\n' },
      'TRACE_NO_TREE',
      /^FOLDER\/b: expected a remark such as/,
    ],
    [
      'with a malformed log',
      { a: log(10, 1), b: '# Notes\n' },
      'TRACE_MALFORMED',
      /^FOLDER\/b:1: expected an access/,
    ],
    [
      'without files',
      {},
      'TRACE_NOT_FOUND',
      /^FOLDER: expected the Lackey logs of a program .* found a directory without files$/,
    ],
  ])('%s', async (_, files, code, message) => {
    for (const [name, content] of Object.entries(files)) put(name, content);
    const error = await failure(folder);
    expect(error.code).toBe(code);
    expect(error.message.replaceAll(folder, 'FOLDER')).toMatch(message);
  });

  it('with a file twice, no file, a missing file or a directory among files', async () => {
    const path = put('10', log(10, 1));
    expect((await failure([path, path])).code).toBe('TRACE_TWICE');
    expect((await failure([])).message).toMatch(/no file was named$/);
    expect((await failure(join(folder, 'none'))).code).toBe('TRACE_NOT_FOUND');
    expect((await failure([path, folder])).code).toBe('TRACE_IS_DIRECTORY');
  });

  it('from what can be read only once', async () => {
    expect((await failure('/dev/null')).message).toBe(
      '/dev/null: expected a regular file, since the logs of a tree are read more than once, found a stream',
    );
  });
});

describe('a plain trace as a tree', () => {
  it('has one process', async () => {
    const open = (): Promise<ReturnType<typeof textSource>> =>
      Promise.resolve(textSource('I  08049b00,2\n'));
    const tree = treeOfOne({ name: 'plain', open });
    expect([tree.name, tree.root, tree.pids, tree.missing]).toEqual(['plain', 1, [1], []]);
    expect(await addresses(tree, 1)).toEqual([0x08049b00]);
    await expect(tree.open(2)).rejects.toThrow('plain: there is no trace of process 2');
  });
});

const shell = recordedTrace('sh.26540.lackey.gz');

describe.skipIf(shell === undefined)('the recorded shell (../shared/traces/shell-tree)', () => {
  it('is a tree of seven, with the root that forks the others', async () => {
    const tree = await openTree(dirname(shell!));
    expect([tree.root, tree.pids, tree.missing]).toEqual([
      26540,
      [26540, 26541, 26542, 26543, 26544, 26545, 26674],
      [],
    ]);
  });

  it('holds for each process what its log holds', async () => {
    const tree = await openTree(dirname(shell!));
    for (const pid of tree.pids) {
      const source = await tree.open(pid);
      const [inTree, alone] = await Promise.all([
        readBatches(source),
        readBatches(await openTrace(recordedTrace(`sh.${pid}.lackey.gz`)!)),
      ]);
      expect(
        inTree.map(({ accesses }) => digest(accesses)).join('\n') ===
          alone.map(({ accesses }) => digest(accesses)).join('\n'),
      ).toBe(true);
      expect(inTree.map(({ events }) => events)).toEqual(alone.map(({ events }) => events));
      expect(source.moved).toEqual([{ from: 0xfec00000n, to: 0xbfc00000, bytes: 0x400000 }]);
    }
  });
});
