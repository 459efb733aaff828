// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { lguestSim } from './support/command.js';
import { carriedTrace, runResult } from './support/run-command.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const seconds = 1000;
const folder = temporaryDirectory();

/** A recorded tree, beside the checkout, where somebody has put it. */
const shellTree = fileURLToPath(new URL('../../../../shared/traces/shell-tree', import.meta.url));

/** A log of a process that stores, forks its children, stores and loads again. */
function log(pid: number, parent: number, children: readonly number[] = []): string {
  const forks = children.map(
    (child) =>
      `SYSCALL[${pid},1](120) sys_clone ( 1200011, 0x0 )   clone(fork): process ${pid} created child ${child}\n` +
      ` --> [pre-success] Success(0x${child.toString(16)}) `,
  );
  return [
    `==${pid}== Lackey, an example Valgrind tool`,
    `==${pid}== Command: sh job.sh`,
    `==${pid}== Parent PID: ${parent}`,
    `==${pid}== `,
    ...(parent === 1 ? [] : [' --> [pre-success] Success(0x0) ']),
    ' S 08050000,4',
    ...forks,
    ' S 08050004,4',
    ' L 08050000,8',
    '',
  ].join('\n');
}

/** Writes the logs of a parent, two children and a grandchild; returns the directory. */
function family(name: string): string {
  const directory = join(folder, name);
  mkdirSync(directory);
  writeFileSync(join(directory, '10.lackey'), log(10, 1, [11, 13]));
  writeFileSync(join(directory, '11.lackey'), log(11, 10, [12]));
  writeFileSync(join(directory, '12.lackey'), log(12, 11));
  writeFileSync(join(directory, '13.lackey'), log(13, 10));
  return directory;
}

const logs = family('job');

describe('lguest-sim run --tree', { timeout: 120 * seconds }, () => {
  it('runs a program and its children in every guest', async () => {
    const { guests, config } = await runResult(['--tree', logs, '--guests', '2', '--check']);
    expect(config).toMatchObject({ cpus: 1, check: true, traces: [logs] });
    for (const { processes } of guests) {
      const family = processes.map(({ pid, parent, accesses }) => ({ pid, parent, accesses }));
      expect(family.sort((a, b) => a.pid - b.pid)).toMatchObject([
        { pid: 10, parent: -1, accesses: 3 },
        { pid: 11, parent: 0, accesses: 3 },
        { pid: 12, accesses: 3 },
        { pid: 13, parent: 0, accesses: 3 },
      ]);
    }
  });

  it('takes files as well, several trees, and runs them after the traces', async () => {
    const files = ['10', '11', '12', '13'].map((pid) => join(logs, `${pid}.lackey`));
    const args = [`--tree=${files[0]}`, ...files.slice(1), '--tree', logs, '--trace', carriedTrace];
    const { config, guests } = await runResult(args);
    expect(config.traces).toEqual([carriedTrace, files[0], logs]);
    const roots = guests[0]!.processes.filter(({ parent }) => parent === -1);
    expect(roots.map(({ trace }) => trace)).toEqual([carriedTrace, files[0], logs]);
    expect(guests[0]!.processes).toHaveLength(1 + 4 + 4);
  });

  it('shows each child below its parent, further to the right', async () => {
    const { stdout } = await lguestSim(['run', '--tree', logs]);
    const names = [...stdout.matchAll(/^ +0 +\d+ {2}( *\S.*?) +(?:exit|end-of-trace) /gm)];
    expect(names.map(([, name]) => name)).toEqual(['job', '  pid 11', '    pid 12', '  pid 13']);
  });

  it.each([
    [['--tree'], '--tree: expected a directory or names of files, got nothing'],
    [['--tree', '-'], '--tree: expected a directory or names of files, got "-"'],
    [['--tree', logs, '--tree', ''], '--tree: expected a directory or names of files, got nothing'],
    [['--tree', join(folder, 'none')], `${join(folder, 'none')}: expected a trace file`],
    [['--tree', logs, carriedTrace], `${logs}: `],
    [['--tree', logs, '--json', join(logs, '12.lackey')], '--json: expected a file that can be'],
  ])('refuses what cannot be, in one line: %j', async (args, message) => {
    const { code, stdout, stderr } = await lguestSim(['run', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^lguest-sim: [^\n]*\n$/);
    expect(stderr).toContain(`lguest-sim: ${message}`);
  });

  it.skipIf(!existsSync(shellTree))(
    'runs a recorded shell script under --check (skipped where it is not beside this checkout)',
    async () => {
      const machine = ['--cpus', '2', '--guests', '2', '--migrate', 'random'];
      const { kills, guests } = await runResult(['--tree', shellTree, '--check', ...machine]);
      expect(kills).toEqual([]);
      for (const { processes } of guests) {
        expect(processes).toHaveLength(7);
        expect(processes.map(({ status }) => status)).not.toContain('killed');
      }
    },
  );
});
