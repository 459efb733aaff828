// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lguestSim } from './support/command.js';
import { carriedTrace, runResult, withoutTimes } from './support/run-command.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const seconds = 1000;
const root = temporaryDirectory();
const shipped = readdirSync(new URL('../scenarios/', import.meta.url))
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace('.yaml', ''));

function scenario(name: string, text: string): string {
  const path = join(root, name);
  writeFileSync(path, text);
  return path;
}

describe('the shipped scenarios', { timeout: 120 * seconds }, () => {
  it.each(shipped)('%s runs to its end, and nothing is killed', async (name) => {
    const { status, kills, guests } = await runResult([name]);
    expect({ status, kills }).toEqual({ status: 'finished', kills: [] });
    const killed = guests
      .flatMap(({ processes }) => processes)
      .filter((process) => process.status === 'killed');
    expect(killed).toEqual([]);
  });

  it('have the one that runs without arguments', async () => {
    const [named, plain] = await Promise.all([runResult(['default']), runResult([])]);
    expect(withoutTimes(named)).toEqual(withoutTimes(plain));
  });

  it('are listed with a sentence each, in 80 columns', async () => {
    const { code, stdout, stderr } = await lguestSim(['scenarios']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual([...shipped].sort());
    for (const line of lines) expect(line).toMatch(/^(?=.{0,80}$)\S+ {2,}[A-Z0-9].*\.$/);
  });

  it('keep more processes than there are slots: switches evict', async () => {
    const { totals, guests } = await runResult(['switch-ring-16']);
    expect(guests[0]!.processes).toHaveLength(16);
    expect(totals.slotEvictions).toBeGreaterThan(totals.slotHits);
  });

  it('fork 200 children', async () => {
    const { guests } = await runResult(['fork-storm']);
    expect(guests[0]!.processes).toHaveLength(201);
  });
});

describe('lguest-sim run SCENARIO', { timeout: 60 * seconds }, () => {
  const small = scenario(
    'small.yaml',
    'machine: { cpus: 2, paging: pae }\nguests: { count: 2 }\n' +
      'processes: [{ pattern: random, accesses: 100, times: 2 }]\n',
  );

  it('runs what the file says', async () => {
    const { config, guests } = await runResult([small]);
    expect(config).toMatchObject({ cpus: 2, paging: 'pae', guests: 2 });
    expect(guests.map(({ processes }) => processes.map(({ accesses }) => accesses))).toEqual([
      [100, 100],
      [100, 100],
    ]);
  });

  it('lets options go before what the file says', async () => {
    const words = '--cpus 3 --guests 1 --paging two-level --tlb 32x2 --slice 5000 --memory 8M';
    const { config } = await runResult([small, ...words.split(' ')]);
    expect(config).toMatchObject({
      cpus: 3,
      guests: 1,
      paging: 'two-level',
      slice: 5000,
      memoryBytes: 8 * 2 ** 20,
      tlb: { entries: 32, ways: 2 },
    });
  });

  it('lets traces take the place of the processes', async () => {
    const { config } = await runResult([small, '--trace', carriedTrace]);
    expect(config).toMatchObject({ cpus: 2, guests: 2, traces: [carriedTrace] });
  });

  it('finds traces and trees beside the file', async () => {
    mkdirSync(join(root, 'logs'));
    writeFileSync(join(root, 'logs', 'one.lackey'), '==7== Command: a\n L 08048000,4\n');
    writeFileSync(join(root, 'two.lackey'), ' L 08048000,4\n L 08048004,4\n');
    const path = scenario('paths.yaml', 'processes: [{ tree: logs }, { trace: two.lackey }]');
    const { guests } = await runResult([path]);
    expect(guests[0]!.processes.map(({ accesses }) => accesses)).toEqual([1, 2]);
  });

  it.each<[what: string, args: () => string[], message: string]>([
    [
      'a wrong value',
      () => [scenario('bad.yaml', 'machine:\n  cpus: many\nprocesses: [{ trace: a }]')],
      'bad.yaml:2: machine.cpus: expected a whole number from 1 to 64, got "many"',
    ],
    [
      'a trace that is not there',
      () => [scenario('gone.yaml', 'processes:\n  - trace: gone.gz')],
      `gone.yaml:2: processes[0].trace: expected what can be read, got "${join(root, 'gone.gz')}": no such file or directory`,
    ],
    [
      'a name that nothing has',
      () => ['nothing-such'],
      'no such file or directory (see lguest-sim',
    ],
    ['a directory', () => [root], 'it is a directory (see lguest-sim'],
    ['a trace', () => [carriedTrace], 'found what is no text (traces go after --trace)'],
    ['a bad option', () => [small, '--cpus', 'x'], '--cpus: expected a whole number from 1 to 64'],
    ['a second scenario', () => [small, 'zipf'], 'unexpected argument "zipf" after the scenario'],
    ['nothing', () => [''], 'expected a scenario, got nothing'],
    ['its own file as output', () => [small, '--json', small], '--json: '],
  ])('says in one line what is wrong with %s', async (_, args, message) => {
    const { code, stdout, stderr } = await lguestSim(['run', ...args()]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^lguest-sim: [^\n]*\n$/);
  });

  it('takes a file before the shipped scenario of its name', async () => {
    const path = scenario('zipf', 'processes: [{ pattern: random, accesses: 1 }]');
    const { config } = await runResult([path]);
    expect(config.traces).toEqual(['random']);
  });
});
