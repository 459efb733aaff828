// SPDX-License-Identifier: GPL-2.0-or-later
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { TimedResult } from '../src/report/result-file.js';
import { outcome, start } from './support/command.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const seconds = 1000;
const root = temporaryDirectory();
const chunk = Buffer.from('I  08048000,2\n L 08049000,4\n'.repeat(4096));

/** Feeds a trace that never ends, and resolves once the command has read enough to be running. */
async function feedEndlessly(child: ChildProcessWithoutNullStreams): Promise<void> {
  const goOn = (): void => {
    while (child.stdin.writable && child.stdin.write(chunk));
  };
  child.stdin.on('drain', goOn);
  goOn();
  for (let drains = 0; drains < 16; drains++) {
    await new Promise((resolve) => child.stdin.once('drain', resolve));
  }
}

describe.skipIf(process.platform === 'win32')('Ctrl-C', { timeout: 60 * seconds }, () => {
  it.each<NodeJS.Signals>(['SIGINT', 'SIGTERM'])(
    'as %s ends a run with what was counted so far',
    async (signal) => {
      const path = join(root, `${signal}.json`);
      const child = start(['run', '--trace', '-', '--json', path]);
      const ended = outcome(child);
      await feedEndlessly(child);
      child.kill(signal);
      const { code, stdout, stderr } = await ended;
      expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
      expect(stdout).toMatch(/^The run was interrupted\. Counted so far:\n/);
      const result = JSON.parse(readFileSync(path, 'utf8')) as TimedResult;
      expect(result.status).toBe('interrupted');
      expect(result.totals.accesses).toBeGreaterThan(10_000);
      const [process] = result.guests[0]!.processes;
      expect(process!.accesses).toBe(result.totals.accesses);
    },
  );

  it('that arrives twice, as through a package manager, is one', async () => {
    const child = start(['run', '--trace', '-', '--json', '-']);
    const ended = outcome(child);
    await feedEndlessly(child);
    child.kill('SIGINT');
    await delay(20);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'interrupted' });
  });

  it('ends a run that waits for standard input', async () => {
    const child = start(['run', '--trace', '-']);
    const ended = outcome(child);
    // More than a pipe holds, so that it is gone only once the command reads; then nothing more.
    await new Promise((resolve) => child.stdin.write(Buffer.concat([chunk, chunk]), resolve));
    await delay(200);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/^The run was interrupted/);
  });

  it('while standard input is kept for several guests leaves no file behind', async () => {
    const TMPDIR = join(root, 'temporary');
    mkdirSync(TMPDIR);
    const child = start(['run', '--trace', '-', '--guests', '2', '--json', '-'], { TMPDIR });
    const ended = outcome(child);
    child.stdin.write(chunk);
    while (readdirSync(TMPDIR).length === 0) await delay(20);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'interrupted', totals: { accesses: 0 } });
    expect(readdirSync(TMPDIR)).toEqual([]);
  });
});

describe('a reader that goes away', { timeout: 60 * seconds }, () => {
  it.each([
    ['the summary', ['run']],
    ['the document', ['run', '--json', '-']],
    ['the help', ['run', '--help']],
  ])('before %s is written is no error', async (_, args) => {
    const child = start(args);
    child.stdout.destroy();
    const { code, signal, stderr } = await outcome(child);
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  });

  it.skipIf(!existsSync('/dev/full'))('is not mistaken for a full disk', async () => {
    const child = start(['run', '--json', '/dev/full']);
    const { code, stderr } = await outcome(child);
    expect(code).toBe(1);
    expect(stderr).toBe(
      'lguest-sim: --json: cannot write /dev/full: no space is left on the device\n',
    );
  });
});
