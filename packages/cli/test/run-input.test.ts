// SPDX-License-Identifier: GPL-2.0-or-later
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  createWriteStream,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { lguestSim, outcome, start, type Outcome } from './support/command.js';
import { carriedTrace, runResult } from './support/run-command.js';
import { temporaryDirectory } from './support/temporary-directory.js';
import { countTrace } from './support/trace-count.js';

const seconds = 1000;
const root = temporaryDirectory();
/** Node cannot make a named pipe. */
const systemProgram = 'mkfifo';
const compressed = readFileSync(carriedTrace);

function file(name: string, content: string | Buffer): string {
  const path = join(root, name);
  writeFileSync(path, content);
  return path;
}

describe('lguest-sim run --trace -', { timeout: 120 * seconds }, () => {
  const { accesses } = countTrace(carriedTrace);

  it.each<[what: string, input: Buffer, guests: number]>([
    ['compressed, by one guest', compressed, 1],
    ['compressed, by two guests', compressed, 2],
    ['plain, by one guest', gunzipSync(compressed), 1],
    ['plain, by two guests', gunzipSync(compressed), 2],
  ])('reads standard input, %s', async (_, input, guests) => {
    const { config, totals } = await runResult(['--trace', '-', '--guests', `${guests}`], input);
    expect(config.traces).toEqual(['-']);
    expect(totals.accesses).toBe(guests * accesses);
  });

  it('leaves no temporary file behind', async () => {
    const TMPDIR = join(root, 'temporary');
    mkdirSync(TMPDIR);
    for (const input of [compressed, 'nonsense\n']) {
      const child = start(['run', '--trace', '-', '--guests', '2'], { TMPDIR });
      const ended = outcome(child);
      child.stdin.end(input);
      expect((await ended).code).toBe(input === compressed ? 0 : 2);
      expect(readdirSync(TMPDIR)).toEqual([]);
    }
  });

  it.skipIf(process.platform === 'win32')('reads a named pipe, by two guests too', async () => {
    const pipe = join(root, 'pipe');
    execFileSync(systemProgram, [pipe]);
    const ended = runResult(['--trace', pipe, '--guests', '2']);
    await pipeline(Readable.from([compressed]), createWriteStream(pipe));
    expect((await ended).totals.accesses).toBe(2 * accesses);
  });
});

describe('a bad trace', { timeout: 60 * seconds }, () => {
  const line = 'I  08048000,2\n';
  const cases: [
    what: string,
    path: () => string,
    place: (path: string) => string,
    expected: string,
  ][] = [
    ['a missing file', () => join(root, 'missing'), (path) => `${path}: `, 'no such file'],
    ['a directory', () => root, (path) => `${path}: `, 'found a directory'],
    [
      'a truncated gzip',
      () => file('cut.gz', compressed.subarray(0, 5000)),
      (path) => `${path}: `,
      'whole gzip file',
    ],
    [
      'a malformed line',
      () => file('malformed', `${line}${line}I  nowhere,2\n`),
      (path) => `${path}:3: `,
      'expected',
    ],
    [
      'a late malformed line',
      () => file('late', `${line.repeat(100_000)}oops\n`),
      (path) => `${path}:100001: `,
      'expected',
    ],
    ['an empty file', () => file('empty', ''), (path) => `${path}: `, 'expected a Lackey trace'],
    [
      'only remarks',
      () => file('remarks', '==1== Lackey\n'),
      (path) => `${path}: `,
      'expected a Lackey trace',
    ],
    [
      'an empty gzip',
      () => file('empty.gz', Buffer.from(gzipOfNothing, 'hex')),
      (path) => `${path}: `,
      'expected a Lackey trace',
    ],
  ];

  it.each(cases)('%s is named in one line', async (_, path, place, expected) => {
    const given = path();
    const ended = await lguestSim(['run', '--trace', given]);
    expectBadInput(ended, place(given), expected);
  });

  it('is named also where it is not the first', async () => {
    const ended = await lguestSim(['run', '--trace', carriedTrace, join(root, 'missing')]);
    expectBadInput(ended, `${join(root, 'missing')}: `, 'no such file');
  });

  it.each([1, 2])('on standard input is named so, for %i guests', async (guests) => {
    const args = ['run', '--trace', '-', '--guests', `${guests}`];
    expectBadInput(await lguestSim(args, `${line}oops\n`), 'standard input:2: ', 'expected');
    expectBadInput(await lguestSim(args, ''), 'standard input: ', 'expected a Lackey trace');
    const cut = compressed.subarray(0, 5000);
    expectBadInput(await lguestSim(args, cut), 'standard input: ', 'whole gzip file');
  });

  it.skipIf(process.getuid?.() === 0)('is one that may not be read', async () => {
    const path = file('secret', line);
    chmodSync(path, 0);
    expectBadInput(await lguestSim(['run', '--trace', path]), `${path}: `, 'may not read');
  });

  it('is not overwritten by --json', async () => {
    const path = file('precious', line);
    const ended = await lguestSim(['run', '--trace', path, '--json', path]);
    expectBadInput(ended, '--json: ', 'it is one of the traces');
    expect(readFileSync(path, 'utf8')).toBe(line);
  });
});

/** What gzip makes of an empty file. */
const gzipOfNothing = '1f8b080000000000000303000000000000000000';

function expectBadInput({ code, stdout, stderr }: Outcome, place: string, expected: string): void {
  expect(stderr).toContain(expected);
  expect(stderr.startsWith(`lguest-sim: ${place}`), stderr).toBe(true);
  expect(stderr.trimEnd().split('\n'), 'one line').toHaveLength(1);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
}
