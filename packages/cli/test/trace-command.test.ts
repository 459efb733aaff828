// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { lguestSim, type Outcome } from './support/command.js';
import { carriedTrace, runResult, withoutTimes } from './support/run-command.js';
import { temporaryDirectory } from './support/temporary-directory.js';
import { countTrace } from './support/trace-count.js';

const seconds = 1000;
const folder = temporaryDirectory();
const inFolder = (name: string): string => join(folder, name);

/** A recorded tree, beside the checkout, where somebody has put it. */
const shellTree = fileURLToPath(new URL('../../../../shared/traces/shell-tree', import.meta.url));

async function succeed(args: readonly string[], input?: Buffer): Promise<Outcome> {
  const outcome = await lguestSim(['trace', ...args], input);
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  return outcome;
}

/** The packed form of the trace that comes with the command. */
async function packedTrace(name: string): Promise<string> {
  await succeed(['pack', carriedTrace, '-o', inFolder(name)]);
  return inFolder(name);
}

/** Writes the logs of a parent and its child; returns the directory. */
function family(name: string): string {
  const fork =
    'SYSCALL[10,1](120) sys_clone ( 1200011, 0x0 )   clone(fork): process 10 created child 11\n' +
    ' --> [pre-success] Success(0xb) \n';
  mkdirSync(inFolder(name));
  writeFileSync(inFolder(`${name}/10.lackey`), `==10== Parent PID: 1\n S 08050000,4\n${fork}`);
  writeFileSync(
    inFolder(`${name}/11.lackey`),
    '==11== Parent PID: 10\n --> [pre-success] Success(0x0) \n L 08050000,4\n',
  );
  return inFolder(name);
}

/** A result without what a trace is called. */
function withoutNames(result: Parameters<typeof withoutTimes>[0], name: string): unknown {
  return JSON.parse(JSON.stringify(withoutTimes(result)).replaceAll(name, 'TRACE'));
}

describe('lguest-sim trace', { timeout: 120 * seconds }, () => {
  it('packs a trace that runs to the same result, plain, as gzip and from a pipe', async () => {
    const lgt = await packedTrace('run.lgt');
    const bytes = readFileSync(lgt);
    writeFileSync(inFolder('run.gz'), gzipSync(bytes));
    const machine = ['--guests', '2', '--cpus', '2', '--migrate', 'random'];
    const run = async (name: string, input?: Buffer): Promise<unknown> =>
      withoutNames(await runResult(['--trace', name, ...machine], input), name);
    const expected = await run(carriedTrace);
    expect(await run(lgt)).toEqual(expected);
    expect(await run(inFolder('run.gz'))).toEqual(expected);
    const piped = await runResult(['--trace', '-', ...machine], bytes);
    expect(piped.totals).toEqual((expected as typeof piped).totals);
  });

  it('unpacks to a log that packs to the same bytes', async () => {
    const lgt = await packedTrace('unpack.lgt');
    await succeed(['unpack', lgt, '--output', inFolder('unpacked')]);
    await succeed(['pack', inFolder('unpacked'), '-o', inFolder('again.lgt')]);
    expect(readFileSync(inFolder('again.lgt')).equals(readFileSync(lgt))).toBe(true);
    const isRecord = (line: string): boolean => /^(I | [LSM]) /.test(line);
    const recordsOf = (text: Buffer): string =>
      text.toString('latin1').split('\n').filter(isRecord).join('\n');
    const original = recordsOf(gunzipSync(readFileSync(carriedTrace)));
    expect(recordsOf(readFileSync(inFolder('unpacked'))) === original).toBe(true);
  });

  it('works from pipe to pipe', async () => {
    const text = Buffer.from('==7== Command: x\nI  08049b00,2\n');
    const packing = ['pack', '-', '-o', '-'];
    await succeed(packing, text);
    writeFileSync(inFolder('pipe.lackey'), text);
    await succeed(['pack', inFolder('pipe.lackey'), '-o', inFolder('pipe.lgt')]);
    const unpacked = await succeed(['unpack', '-'], readFileSync(inFolder('pipe.lgt')));
    expect(unpacked.stdout).toBe(text.toString());
  });

  it('tells what is in a trace, packed or not, as a plain count does', async () => {
    const { accesses } = countTrace(carriedTrace);
    const lgt = await packedTrace('info.lgt');
    const bytes = readFileSync(lgt).length;
    const { stdout } = await succeed(['info', lgt]);
    const number = (count: number): string => count.toLocaleString('en-US');
    expect(stdout).toContain(`${lgt}: packed trace, version 2\n`);
    expect(stdout).toContain(
      `  ${number(accesses)} accesses in ${number(bytes)} bytes, ${(bytes / accesses).toFixed(2)} an access\n`,
    );
    const row = stdout.split('\n').at(-2);
    const text = await succeed(['info', carriedTrace]);
    expect(text.stdout).toContain(`${carriedTrace}: Lackey log\n`);
    expect(text.stdout.split('\n').at(-2)).toBe(row);
  });

  it('packs a directory to a tree that runs as its logs do, and unpacks it to such logs', async () => {
    const logs = family('job');
    const lgt = inFolder('job.lgt');
    await succeed(['pack', logs, '-o', lgt]);
    const run = async (name: string): Promise<unknown> =>
      withoutNames(await runResult(['--tree', name, '--check']), name);
    expect(await run(lgt)).toEqual(await run(logs));
    await succeed(['unpack', lgt, '-o', inFolder('unpacked-job')]);
    expect(readdirSync(inFolder('unpacked-job'))).toEqual(['10.lackey', '11.lackey']);
    for (const name of ['10.lackey', '11.lackey']) {
      expect(readFileSync(join(inFolder('unpacked-job'), name))).toEqual(
        readFileSync(join(logs, name)),
      );
    }
  });

  it.skipIf(!existsSync(shellTree))(
    'packs a recorded shell script (skipped where it is not beside this checkout)',
    async () => {
      const lgt = inFolder('shell.lgt');
      await succeed(['pack', shellTree, '-o', lgt]);
      const run = async (name: string): Promise<unknown> =>
        withoutNames(await runResult(['--tree', name, '--guests', '2']), name);
      expect(await run(lgt)).toEqual(await run(shellTree));
    },
  );

  it('leaves no part of a file where a trace is bad', async () => {
    const directory = inFolder('bad');
    mkdirSync(directory);
    writeFileSync(join(directory, 'a.lackey'), 'I  08049b00,2\noops\n');
    const bad = join(directory, 'a.lackey');
    const packing = await lguestSim(['trace', 'pack', bad, '-o', join(directory, 'a.lgt')]);
    expect(packing).toMatchObject({ code: 2, stdout: '' });
    expect(packing.stderr).toMatch(/^lguest-sim: .*a\.lackey:2: expected an access [^\n]*\n$/);
    const cut = readFileSync(await packedTrace('cut.lgt')).subarray(0, 50_000);
    writeFileSync(join(directory, 'cut.lgt'), cut);
    for (const output of ['log', 'logs']) {
      const args = ['trace', 'unpack', join(directory, 'cut.lgt'), '-o', join(directory, output)];
      expect(await lguestSim(args)).toMatchObject({ code: 2, stdout: '' });
    }
    expect(readdirSync(directory).sort()).toEqual(['a.lackey', 'cut.lgt']);
  });

  it.each([
    [[], 'expected a command (pack, info or unpack), got nothing (see lguest-sim trace --help)'],
    [['walk'], 'expected a command (pack, info or unpack), got "walk"'],
    [['pack', '-o', 'x'], 'expected traces to pack, or -, got nothing'],
    [['pack', 'a', '-', '-o', 'x'], 'expected a directory or names of files'],
    [['pack', carriedTrace], '--output: expected a file name, or -, got nothing'],
    [['pack', carriedTrace, '-o'], '--output: expected a file name, or -, got nothing'],
    [['pack', carriedTrace, '-o', folder], '--output: expected a file that can be written, got'],
    [['pack', carriedTrace, '-o', carriedTrace], '--output: expected a file that can be written'],
    [['pack', carriedTrace, '-x', 'y'], '-x: unknown option'],
    [['pack', inFolder('none'), '-o', inFolder('x')], `${inFolder('none')}: expected a trace file`],
    [['info'], 'expected one file, or -, got nothing (see lguest-sim trace info --help)'],
    [['info', 'a', 'b'], 'expected one file, or -, got another: "b"'],
    [['unpack', folder], `${folder}: expected a trace file, found a directory`],
    [['unpack', carriedTrace, '-o', ''], '--output: expected a file name, or -, got nothing'],
  ])('refuses what cannot be, in one line: %j', async (args, message) => {
    const { code, stdout, stderr } = await lguestSim(['trace', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^lguest-sim: [^\n]*\n$/);
    expect(stderr).toContain(`lguest-sim: ${message}`);
  });

  it('refuses a tree where one log is meant, and a tree without a directory to go to', async () => {
    const lgt = inFolder('refused.lgt');
    await succeed(['pack', family('refused'), '-o', lgt]);
    const outcomes = await Promise.all([
      lguestSim(['run', '--trace', lgt]),
      lguestSim(['trace', 'unpack', lgt]),
      lguestSim(['trace', 'unpack', lgt, '-o', inFolder('refused')]),
    ]);
    expect(outcomes.map(({ code }) => code)).toEqual([2, 2, 2]);
    const [run, unpack, unpackInto] = outcomes.map(({ stderr }) => stderr);
    expect(run).toContain('found a packed tree');
    expect(unpack).toContain('--output: expected a new directory');
    expect(unpackInto).toContain('it is not empty');
    expect(readdirSync(inFolder('refused'))).toEqual(['10.lackey', '11.lackey']);
  });

  it.each(['trace', 'trace pack', 'trace info', 'trace unpack'])(
    'shows the help of %s, within 80 columns',
    async (command) => {
      const { code, stdout } = await lguestSim([...command.split(' '), '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain(`lguest-sim ${command}`);
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(85);
    },
  );
});
