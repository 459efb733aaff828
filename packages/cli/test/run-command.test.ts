// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lguestSim } from './support/command.js';
import { carriedTrace, runResult, withoutTimes } from './support/run-command.js';
import { temporaryDirectory } from './support/temporary-directory.js';
import { countTrace } from './support/trace-count.js';

const seconds = 1000;
const root = temporaryDirectory();

describe('lguest-sim run', { timeout: 120 * seconds }, () => {
  it('without options runs two guests that move, and prints a summary', async () => {
    const { code, stdout, stderr } = await lguestSim(['run']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^The run finished\.\n/);
    expect(stdout).toContain('host CPUs 2, guests 2');
    expect(stdout).toContain('trace sort.lackey.gz');
    expect(stdout).toMatch(/migrations +[1-9]/);
    expect(stdout).not.toContain('Kills');
  });

  it('writes the document to a file and the summary to standard output', async () => {
    const path = join(root, 'result.json');
    const { code, stdout, stderr } = await lguestSim(['run', '--quiet', '--json', path]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^The run finished\.\n/);
    const text = readFileSync(path, 'utf8');
    expect(text.endsWith('}\n')).toBe(true);
    expect(JSON.parse(text)).toMatchObject({
      schema: 'lguest-sim/result/1',
      status: 'finished',
      config: { cpus: 2, guests: 2, migrate: 'round-robin', traces: ['sort.lackey.gz'] },
    });
  });

  it('gives the same document for the same options and seed', async () => {
    const args = ['--migrate', 'random', '--seed', '7', '--cpus', '3', '--guests', '3'];
    const [first, second] = await Promise.all([runResult(args), runResult(args)]);
    expect(withoutTimes(first)).toEqual(withoutTimes(second));
  });

  it('runs every trace as one process of every guest', async () => {
    const trace = join(root, 'small.lackey');
    writeFileSync(trace, 'I  08048000,2\n L 08049000,4\n');
    const { guests } = await runResult(['--trace', trace, carriedTrace, '--guests', '3']);
    const { accesses } = countTrace(carriedTrace);
    expect(
      guests.map(({ processes }) => processes.map((process) => [process.trace, process.accesses])),
    ).toEqual(
      Array(3).fill([
        [trace, 2],
        [carriedTrace, accesses],
      ]),
    );
  });

  it('counts the same on PAE', async () => {
    const [plain, pae] = await Promise.all([runResult([]), runResult(['--paging', 'pae'])]);
    const counts = (result: typeof plain): unknown =>
      result.guests.map(({ processes }) =>
        processes.map(({ accesses, pagesTouched, loadChecksum }) => {
          return { accesses, pagesTouched, loadChecksum };
        }),
      );
    expect(counts(pae)).toEqual(counts(plain));
    expect(pae.config.paging).toBe('pae');
  });

  it('shows what was killed, which is no failure', async () => {
    const trace = join(root, 'large.lackey');
    const pages = Array.from({ length: 2000 }, (_, page) => 0x10000000 + page * 4096);
    writeFileSync(trace, pages.map((page) => ` S ${page.toString(16)},4\n`).join(''));
    const { code, stdout } = await lguestSim(['run', '--trace', trace, '--memory', '4M']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^The run finished, but not without kills: 1 process/);
    expect(stdout).toMatch(/^Kills\n {2}guest 0, process 0, by its own kernel: /m);
  });
});
