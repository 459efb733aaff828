// SPDX-License-Identifier: GPL-2.0-or-later
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lguestSim } from './support/command.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const seconds = 1000;

describe('lguest-sim run --audit', { timeout: 240 * seconds }, () => {
  it.each([
    ['default', 'two-level'],
    ['default', 'pae'],
    ['balance', 'two-level'],
    ['hotplug', 'pae'],
    ['ping-pong', 'two-level'],
    ['ping-pong', 'pae'],
    ['copy-on-write', 'pae'],
  ])('finds nothing in the scenario %s on %s, after any message', async (scenario, paging) => {
    const options = ['--audit', 'every', '--paging', paging, '--quiet'];
    const { code, stdout, stderr } = await lguestSim(['run', scenario, ...options]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain(
      'audited: the contract between host and guest held after every message',
    );
  });

  it.each(['fork-storm', 'kernel-churn', 'switch-ring-16', 'zipf'])(
    'finds nothing in the scenario %s at any entry',
    async (scenario) => {
      const { code, stdout } = await lguestSim(['run', scenario, '--audit', 'entry', '--quiet']);
      expect(code).toBe(0);
      expect(stdout).toContain('held at every entry into a guest');
    },
  );

  it('finds a defect of the original, and an event log ends where it was found', async () => {
    const directory = temporaryDirectory();
    const log = join(directory, 'zero.ndjson');
    const args = ['run', 'zero-page', '--no-check', '--audit', 'every', '--events', log, '--quiet'];
    const { code, stdout, stderr } = await lguestSim(args);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    const [line, place] =
      /^lguest-sim: audit failed: writable-leaf-is-private \(contract 8\): guest 0, slot \d, entry \d+ of table 0x[0-9a-f]+, for 0x10020000, is 0x1027: found the zero page, expected a page that was got for writing \(message (\d+), set-pte\)/.exec(
        stderr,
      )!;
    expect(line).toBeDefined();
    expect(stderr).toContain(`lguest-sim replay ${log}`);
    const lines = (await readFile(log, 'utf8')).trimEnd().split('\n');
    const last = JSON.parse(lines.at(-2)!) as { sequence: number; topic: string };
    expect(last).toMatchObject({ sequence: Number(place), topic: 'set-pte' });
    const again = await lguestSim(['replay', log, '--quiet']);
    expect(again.code).toBe(0);
  });

  it('finds nothing in the same scenario where that defect is mended', async () => {
    const args = ['run', 'zero-page', '--audit', 'entry', '--fidelity', 'mended', '--quiet'];
    expect((await lguestSim(args)).code).toBe(0);
  });

  it('names the choices when it is given something else', async () => {
    const { code, stderr } = await lguestSim(['run', '--audit', 'always']);
    expect(code).toBe(2);
    expect(stderr).toBe('lguest-sim: --audit: expected one of off, entry, every, got "always"\n');
  });
});
