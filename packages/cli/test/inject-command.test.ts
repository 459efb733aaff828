// SPDX-License-Identifier: GPL-2.0-or-later
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lguestSim } from './support/command.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const seconds = 1000;
const root = temporaryDirectory();
const run = ['run', 'ping-pong', '--quiet'];

describe('lguest-sim run --inject', { timeout: 120 * seconds }, () => {
  it('shows guests that died of host frames that ran out, which is a result', async () => {
    const { code, stdout, stderr } = await lguestSim([...run, '--inject', 'frames:40@100000']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Kills$/m);
  });

  it.each([
    ['drop:demand-page#3', /^lguest-sim: the run failed: message \d+ is missing: .*\n$/],
    [
      'double:shadow-done',
      /^lguest-sim: the run failed: message \d+ came again or too late: .*\n$/,
    ],
    ['delay:hypercall#9', /^lguest-sim: the run failed: message \d+ is missing: .*\n$/],
  ])('ends with 1 and one line that names the message after %s', async (spec, line) => {
    const { code, stdout, stderr } = await lguestSim([...run, '--inject', spec]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(line);
  });

  it('is replayed from an event log', async () => {
    const log = join(root, 'faults.ndjson');
    const faults = ['--inject', 'frames:40@100000', 'vanish:0/0x300-0x400@150000'];
    expect((await lguestSim([...run, ...faults, '--events', log])).code).toBe(0);
    expect((await lguestSim(['replay', log, '--quiet'])).code).toBe(0);
  });

  it('is a key of scenarios, and a bad one is named with its line', async () => {
    const file = join(root, 'faults.yaml');
    const scenario = (spec: string): string =>
      `inject:\n  - ${spec}\nprocesses:\n  - pattern: sequential\n`;
    writeFileSync(file, scenario('drop:shadow-done'));
    const dropped = await lguestSim(['run', file, '--quiet']);
    expect(dropped.stderr).toMatch(/^lguest-sim: the run failed: message \d+ is missing: /);
    writeFileSync(file, scenario('drop:nothing'));
    const { code, stderr } = await lguestSim(['run', file, '--quiet']);
    expect(code).toBe(2);
    expect(stderr).toContain('faults.yaml:2: inject[0]: expected frames:N[@T], ');
  });

  it.each([
    ['frames', '--inject frames: expected frames:N[@T], '],
    ['offline:9@1', '--inject offline:9@1: expected a host CPU below '],
  ])('refuses %s as bad usage', async (spec, message) => {
    const { code, stderr } = await lguestSim([...run, '--inject', spec]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
