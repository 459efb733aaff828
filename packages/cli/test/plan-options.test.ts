// SPDX-License-Identifier: GPL-2.0-or-later
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lguestSim } from './support/command.js';
import { runResult } from './support/run-command.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const seconds = 1000;
const root = temporaryDirectory();

function file(name: string, text: string): string {
  const path = join(root, name);
  writeFileSync(path, text);
  return path;
}

const moves = '- { at: 0, guest: 0, cpu: 1 }\n- at: 750000\n  guest: 0\n  cpu: 0\n';
const scenario = (more: string): string =>
  `machine: { cpus: 2 }\nprocesses: [{ pattern: random, pages: 4, accesses: 2000 }]\n${more}`;

/** Each with what the one line on standard error says. */
async function refused(args: string[], message: string): Promise<void> {
  const { code, stdout, stderr } = await lguestSim(['run', '--quiet', ...args]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).toContain(message);
}

describe('what is planned before a run', { timeout: 60 * seconds }, () => {
  it('can be a schedule in a file, which is followed', async () => {
    const path = file('moves.yaml', moves);
    const { config, cpus, totals } = await runResult([
      '--cpus',
      '2',
      '--guests',
      '1',
      '--schedule',
      path,
    ]);
    expect(config).toMatchObject({
      migrate: 'schedule',
      schedule: [
        { at: 0, guest: 0, cpu: 1 },
        { at: 750_000, guest: 0, cpu: 0 },
      ],
    });
    expect(totals.migrations).toBe(1);
    expect(cpus.every(({ accesses }) => accesses > 1_000)).toBe(true);
  });

  it.each([
    ['not.yaml', '- { at: 0, guest: 0, cpu: 1', ':1: expected YAML'],
    ['empty.yaml', '[]', ':1: expected a list with at least one entry, got an empty list'],
    [
      'key.yaml',
      '- { at: 0, gest: 0, cpu: 1 }',
      ':1: [0]: expected one of the keys at, guest, cpu',
    ],
    ['lacks.yaml', '\n- { at: 0, guest: 0 }', ':2: [0].cpu: expected a value, got nothing'],
    [
      'word.yaml',
      `${moves}- { at: soon, guest: 0, cpu: 1 }`,
      ':5: [2].at: expected a whole number',
    ],
    [
      'cpu.yaml',
      `${moves}- { at: 800000, guest: 0, cpu: 2 }`,
      ':5: [2].cpu: expected a whole number from 0 to 1, got 2',
    ],
    [
      'guest.yaml',
      `${moves}- { at: 800000, guest: 1, cpu: 0 }`,
      ':5: [2].guest: expected a whole number from 0 to 0',
    ],
    [
      'back.yaml',
      `${moves}- { at: 5, guest: 0, cpu: 0 }`,
      ':5: [2].at: expected at least the 750000 before it, got 5',
    ],
  ])('is refused with file and line if the schedule is wrong: %s', async (name, text, message) => {
    const path = file(name, text);
    await refused(['--cpus', '2', '--guests', '1', '--schedule', path], `${path}${message}`);
  });

  it('is refused if there is no such file, or another policy', async () => {
    await refused(['--schedule', join(root, 'none')], 'expected a schedule, found');
    const path = file('fine.yaml', moves);
    await refused(['--migrate', 'pinned', '--schedule', path], '--migrate: expected schedule');
    await refused(['--migrate', 'schedule'], '--schedule: expected entries');
  });

  it('can be CPUs that go and come, in any order of the options', async () => {
    const { config, totals } = await runResult([
      ...['--online', '1@900000', '--offline', '1@700000', '0@1000000'],
    ]);
    expect(config.hotplug).toEqual([
      { at: 700_000, cpu: 1, state: 'offline' },
      { at: 900_000, cpu: 1, state: 'online' },
      { at: 1_000_000, cpu: 0, state: 'offline' },
    ]);
    expect(totals).toMatchObject({ cpusOffline: 2 });
  });

  it('is refused if the last CPU is to go, in the words that were said', async () => {
    await refused(['--offline', '1@5', '0@6'], '--offline 0@6: expected at least one CPU to stay');
    await refused(['--online', '1@5'], '--online 1@5: expected CPU 1 to be offline by then');
    await refused(
      ['--offline', '2@5'],
      '--offline 2@5: expected a whole number from 0 to 1, got 2',
    );
    await refused(['--offline', '1'], '--offline: expected CPU@CYCLE such as 1@200000');
    const path = file('last.yaml', scenario('hotplug:\n  - { at: 1, cpu: 0, state: offline }\n  - { at: 2, cpu: 1, state: offline }\n')); // prettier-ignore
    await refused([path], `${path}:5: hotplug[1]: expected at least one CPU to stay online`);
    await refused(['--cpus', '1', file('one.yaml', scenario('hotplug: [{ at: 1, cpu: 0, state: offline }]'))], 'one.yaml:3: hotplug[0]: expected at least one'); // prettier-ignore
  });

  it('can be in a scenario, where a schedule needs no further word, and options go before it', async () => {
    const path = file('moved.yaml', scenario('schedule: [{ at: 0, guest: 0, cpu: 1 }]\n'));
    const { config, cpus } = await runResult([path]);
    expect(config.migrate).toBe('schedule');
    expect(cpus.map(({ accesses }) => accesses)).toEqual([0, 2000]);
    const pinned = await runResult([path, '--migrate', 'pinned']);
    expect(pinned.config.schedule).toEqual([]);
    expect(pinned.cpus.map(({ accesses }) => accesses)).toEqual([2000, 0]);
  });
});

describe('costs', { timeout: 60 * seconds }, () => {
  it('are set one by one, over those of the scenario', async () => {
    const path = file('costs.yaml', scenario('').replace('cpus: 2', 'costs: { hypercall: 7, worldSwitch: 8 }')); // prettier-ignore
    const usual = await runResult([path]);
    const { config, totals } = await runResult([path, '--cost', 'worldSwitch=9000', '--cost', 'pageClear=0']); // prettier-ignore
    expect(config.costs).toEqual({ ...usual.config.costs, worldSwitch: 9000, pageClear: 0 });
    expect(config.costs.hypercall).toBe(7);
    expect(totals.cycles).toBeGreaterThan(usual.totals.cycles);
  });

  it.each([
    ['wordSwitch=3', 'did you mean worldSwitch?'],
    ['access=0', '--cost: expected access=CYCLES, a whole number from 1 to 1000000000'],
    ['hypercall', '--cost: expected hypercall=CYCLES'],
    ['hypercall=1e3', '--cost: expected hypercall=CYCLES'],
  ])('are refused: %s', async (text, message) => {
    await refused(['--cost', text], message);
  });
});

describe('several vCPUs a guest', () => {
  it('are refused, and it says why', async () => {
    await refused(['--vcpus', '2'], '--vcpus: expected 1 (two vCPUs of a guest would share');
    const path = file('vcpus.yaml', scenario('guests: { vcpus: 4 }'));
    await refused([path], `${path}:3: guests.vcpus: expected 1 (two vCPUs`);
    const listed = file('listed.yaml', scenario('guests: [{ vcpus: 2 }]'));
    await refused([listed], `${listed}:3: guests[0].vcpus: expected 1 (two vCPUs`);
  });
});
