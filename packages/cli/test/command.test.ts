// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lguestSim } from './support/command.js';

const seconds = 1000;

/** In the order in which they are told. */
const commands = [
  ...['run', 'replay', 'resume', 'conform', 'explain', 'compare', 'fuzz', 'modelcheck', 'bench'],
  ...['scenarios', 'machines', 'completion', 'plugin', 'trace'],
];
const expectedCommand = `expected a command (${commands.join(', ').replace(/, (\w+)$/, ' or $1')})`;

describe('lguest-sim', { timeout: 60 * seconds }, () => {
  it('shows its commands with --help', async () => {
    const { code, stdout, stderr } = await lguestSim(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const told = [...stdout.matchAll(/^ {2}([a-z]+) {2,}[A-Z]/gm)].map(([, name]) => name);
    expect(told).toEqual(commands);
  });

  it.each([
    ['run', '--migrate'],
    ['replay', '--trace-dir'],
    ['resume', '--no-events'],
    ['explain', '--vaddr'],
    ['compare', '--format'],
    ['machines', '--format'],
  ])('shows the options of %s with --help', async (command, option) => {
    const { code, stdout, stderr } = await lguestSim([command, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(option);
    expect(stdout).toContain('Examples:');
    expect(stdout).toContain('Exit code:');
  });

  it('shows its version', async () => {
    const { version } = JSON.parse(
      readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
    ) as { version: string };
    const { code, stdout } = await lguestSim(['--version']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${version}\n` });
  });

  it.concurrent.each<[words: string, message: string]>([
    ['', `${expectedCommand}, got nothing (see lguest-sim --help)`],
    ['walk', `${expectedCommand}, got "walk" (see lguest-sim --help)`],
    ['--cpus 2', `${expectedCommand}, got "--cpus" (see lguest-sim --help)`],
    ['run --cpus 0', '--cpus: expected a whole number from 1 to 64, got "0"'],
    ['run --cpus', '--cpus: expected a whole number from 1 to 64, got nothing'],
    ['run --guests 1025', '--guests: expected a whole number from 1 to 1024, got "1025"'],
    ['run --memory 1K', '--memory: expected a size from 4M to 736M, got "1K"'],
    [
      'run --migrate up',
      '--migrate: expected one of pinned, round-robin, random, balance, schedule, got up (see lguest-sim run --help)',
    ],
    ['run --slice -5', '--slice: expected a whole number from 1000 to 1000000000000, got "-5"'],
    ['run --seed x', '--seed: expected a whole number from 0 to 4294967295, got "x"'],
    ['run --paging flat', '--paging: expected one of two-level, pae, got "flat"'],
    [
      'run --tlb 48x4',
      '--tlb: expected a power of two up to 65536, got 48 (see lguest-sim run --help)',
    ],
    ['run --seed 1 --seed 2', '--seed: expected once, got twice (see lguest-sim run --help)'],
    ['run --speed 1', '--speed: unknown option, did you mean --seed? (see lguest-sim run --help)'],
    ['run --json /', '--json: expected a file that can be written, got "/": it is a directory'],
    [
      'run --json /dev/null/x',
      '--json: expected a file that can be written, got "/dev/null/x": part of the path is not a directory',
    ],
    [
      'conform',
      'expected at least one FILE or directory, got nothing (see lguest-sim conform --help)',
    ],
    ['modelcheck --depth 0', '--depth: expected a whole number from 1 to 64, got "0"'],
    ['modelcheck --pages 2', '--pages: expected a whole number from 3 to 8, got "2"'],
    ['modelcheck --audit off', '--audit: expected one of states, transitions, got "off"'],
    ['modelcheck x', 'unexpected argument "x" (see lguest-sim modelcheck --help)'],
    ['conform --fidelity new a', '--fidelity: expected one of mended, original, got "new"'],
  ])('"%s" is bad input: one line says why', async (words, message) => {
    const args = words === '' ? [] : words.split(' ');
    const { code, stdout, stderr } = await lguestSim(args);
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: `lguest-sim: ${message}\n`,
    });
  });
});
