// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lguestSim } from './support/command.js';
import { refusal, well } from './support/recorded-run.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const seconds = 1000;
const root = temporaryDirectory();

/** A machine and seed with which the first run finds something in the original. */
const hit = ['--seed', '7008', '--paging', 'two-level', '--fidelity', 'original'];

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1)!;

describe('lguest-sim fuzz', { timeout: 240 * seconds }, () => {
  it('sums up in figures when nothing was found', async () => {
    const text = await well('fuzz', '--runs', '4', '--seed', '11', '--ops', '10', '--cpus', '3');
    expect(text).toMatch(/^How the hostile guests ended\n +\d+ {2}\S/);
    expect(lastLine(text)).toMatch(
      /^4 runs, [\d,]+ operations, [\d,]+ messages: \d hostile guests died of \d of the original’s messages, \d switched themselves off, \d sleep for ever; 0 findings of 0 kinds$/,
    );
    expect(await well('fuzz', '--runs', '4', '--seed', '11', '--ops', '10', '--cpus', '3')).toBe(
      text,
    );
  });

  it('shrinks what it finds, tells how to get there again, and saves it for replay', async () => {
    const directory = join(root, 'new', 'found');
    const { code, stdout, stderr } = await lguestSim([
      'fuzz',
      '--runs',
      '1',
      ...hit,
      '--save',
      directory,
    ]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^Found: audit holds-are-leaves\n {2}audit failed: holds-are-leaves/);
    expect(stdout).toMatch(/shrunk to \d operations:\n {4}boot\n {4}\S+ SET_PTE 0x4000 /);
    const again = /to get there again: lguest-sim (.+)\n/.exec(stdout)![1]!.split(' ');
    expect((await lguestSim(again)).stdout.split('  saved')[0]).toContain('holds-are-leaves');

    const [file] = readdirSync(directory);
    const path = join(directory, file!);
    expect(stdout).toContain(`saved as ${path}, which lguest-sim replay shows`);
    const shown = await well('replay', path);
    expect(shown).toMatch(
      /the run failed, and does so again: audit failed: holds-are-leaves \(contract 7\).*; all [\d,]+ messages are the same again/,
    );
    const [header] = readFileSync(path, 'utf8').split('\n');
    const { run } = JSON.parse(header!) as { run: { config: { groups: unknown[] } } };
    expect(run.config.groups[1]).toMatchObject({
      program: { name: 'hostile', options: { operations: [{ do: 'boot' }, {}] } },
    });
  });

  it('has its findings looked at as any file that may have been changed', async () => {
    const directory = join(root, 'changed');
    await lguestSim(['fuzz', '--runs', '1', ...hit, '--save', directory]);
    const path = join(directory, readdirSync(directory)[0]!);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"do":"boot"', '"do":"reboot"'));
    expect(await refusal('replay', path)).toContain(
      'run.config.groups[1].program.options.operations[0].do: expected one of boot, call,',
    );
  });

  it.each([
    [['--runs', '0'], '--runs: expected a whole number from 1 to 1000000000, got "0"'],
    [['--seed', '4294967296'], '--seed: expected a whole number from 0 to 4294967295'],
    [['--paging', 'four-level'], '--paging: expected one of two-level, pae, both'],
    [['--fidelity', 'some'], '--fidelity: expected one of mended, original'],
    [['--cpus', '65'], '--cpus: expected a whole number from 1 to 64'],
    [['--ops', 'many'], '--ops: expected a whole number from 1 to 10000'],
    [['--save', ''], '--save: expected a file name'],
    [['--save', '/dev/null/found'], '--save: cannot make the directory /dev/null/found'],
    [['now'], 'expected options only, got "now"'],
    [['--runs', '1', '--runs', '2'], '--runs: expected once, got twice'],
  ])('refuses %j', async (args, message) => {
    expect(await refusal('fuzz', ...args)).toContain(message);
  });
});
