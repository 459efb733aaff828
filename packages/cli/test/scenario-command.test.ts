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

  it('have one in which a guest can tell, by a defect of the original', async () => {
    const { code, stdout, stderr } = await lguestSim(['run', 'zero-page', '--check']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    // The guest that loads never stores: whatever it finds, the other stored.
    expect(stderr).toMatch(
      /^lguest-sim: check failed: guest 1, process 0 \(random\), access \d+: load at 0x[0-9a-f]+: expected 0x0{8}, found 0x[0-9a-f]{8} \(to reproduce: lguest-sim run zero-page --check [^\n]*\)\n$/,
    );
    expect(stderr).not.toContain('found 0x00000000');
  });

  it('fails the same way with the command that it tells', async () => {
    const words = ['run', 'zero-page', '--check', '--paging', 'pae', '--guest-slice', '20000'];
    const { stderr } = await lguestSim(words);
    const [, again] = /to reproduce: lguest-sim ([^\n]*)\)\n$/.exec(stderr)!;
    expect(again).toContain('--guest-slice 20000');
    const repeated = await lguestSim(again!.split(' '));
    expect(repeated.code).toBe(1);
    const place = (text: string): string => text.split(' (to reproduce')[0]!;
    expect(place(repeated.stderr)).toBe(place(stderr));
  });

  it.each([['--paging=two-level'], ['--paging=pae'], ['--cpus=2'], ['--trace', carriedTrace]])(
    'in which it cannot once that defect is mended, with %s too',
    async (...options) => {
      const { config, status } = await runResult([
        ...['zero-page', '--check', '--fidelity', 'mended'],
        ...options,
      ]);
      expect({ check: config.check, status }).toEqual({ check: true, status: 'finished' });
    },
  );

  it('have one whose guests differ', async () => {
    const { config, guests } = await runResult(['neighbours']);
    expect(config).toMatchObject({ check: true, guests: 4, groups: [{ count: 1 }, { count: 3 }] });
    expect(guests.map(({ memoryBytes }) => memoryBytes / 2 ** 20)).toEqual([128, 8, 8, 8]);
    const roots = guests.map(({ processes }) =>
      processes.filter(({ parent }) => parent === -1).map(({ trace }) => trace),
    );
    const small = ['zipf', 'zipf'];
    expect(roots).toEqual([['fork-storm'], small, small, small]);
    // Copies of a pattern have seeds of their own, the same in every guest.
    const [sums, ...others] = guests
      .slice(1)
      .map(({ processes }) => processes.map(({ loadChecksum }) => loadChecksum));
    expect(new Set(sums).size).toBe(2);
    expect(others).toEqual([sums, sums]);
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

  it('checks if the file says so, unless an option does not', async () => {
    const path = scenario(
      'checked.yaml',
      'check: true\nprocesses: [{ pattern: random, accesses: 9 }]',
    );
    expect((await runResult([path])).config.check).toBe(true);
    expect((await runResult([path, '--no-check'])).config.check).toBe(false);
    expect((await runResult([small, '--check'])).config.check).toBe(true);
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
    [
      'a number of guests that are listed',
      () => ['neighbours', '--guests', '2'],
      '--guests: expected no number, as the scenario lists its guests, got "2"',
    ],
    ['a check and none', () => ['zipf', '--check', '--no-check'], '--no-check: expected either'],
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
