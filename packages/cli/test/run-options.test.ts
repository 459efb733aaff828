// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../src/options/parse-arguments.js';
import { flagOf, readRunOptions, type RunRequest } from '../src/options/run-options.js';
import { runSyntax } from '../src/options/run-syntax.js';

function request(...args: string[]): RunRequest {
  const outcome = parseArguments(runSyntax, args);
  if (outcome.kind === 'help') throw new Error('help');
  return readRunOptions(outcome.arguments);
}

describe('the options of run', () => {
  it('without any ask for two guests that move between two CPUs', () => {
    expect(request()).toEqual({
      config: { cpus: 2, guests: 2, migrate: 'round-robin' },
      traces: undefined,
      json: undefined,
      views: { files: {} },
      plugins: [],
      quiet: false,
    });
  });

  it('change that machine one by one', () => {
    expect(request('--cpus', '3').config).toEqual({ cpus: 3, guests: 2, migrate: 'round-robin' });
  });

  it('with a trace set only what they say', () => {
    expect(request('--trace', 'a')).toEqual({
      config: {},
      traces: ['a'],
      json: undefined,
      views: { files: {} },
      plugins: [],
      quiet: false,
    });
  });

  it('set everything there is to set', () => {
    const words =
      '--cpus 4 --guests=8 --memory 128M --migrate random --slice 5000 --seed 0 --paging pae ' +
      '--fidelity original --tlb 32x2 --json out.json --quiet --trace a';
    expect(request(...words.split(' '))).toEqual({
      config: {
        cpus: 4,
        guests: 8,
        memoryBytes: 128 * 2 ** 20,
        migrate: 'random',
        slice: 5000,
        seed: 0,
        paging: 'pae',
        fidelity: 'original',
        tlb: { entries: 32, ways: 2 },
      },
      traces: ['a'],
      json: 'out.json',
      views: { files: {} },
      plugins: [],
      quiet: true,
    });
  });

  it('take several traces after one --trace or after several', () => {
    expect(request('--trace', 'a', 'b', '--quiet').traces).toEqual(['a', 'b']);
    expect(request('--trace', 'a', '--trace', 'b').traces).toEqual(['a', 'b']);
    expect(request('--trace=a', '--trace=b').traces).toEqual(['a', 'b']);
    expect(request('--trace', '1', '007').traces).toEqual(['1', '007']);
  });

  it('take a dash for standard input and output', () => {
    const { traces, json } = request('--trace', '-', 'a', '--json', '-');
    expect(traces).toEqual(['-', 'a']);
    expect(json).toBe('-');
    expect(request('--json=-').json).toBe('-');
  });

  it.each<[words: string, message: string]>([
    ['--cpux 3', '--cpux: unknown option, did you mean --cpus?'],
    ['--guest 3', '--guest: unknown option, did you mean --guests?'],
    ['--colour', '--colour: unknown option'],
    ['-x', '-x: unknown option'],
    ['--no-quiet', '--no-quiet: unknown option'],
    ['--trace.x 3', '--trace.x: unknown option'],
    ['--__proto__ 1 --constructor x', '--__proto__: unknown option'],
    ['--cpus 1 --cpus 2', '--cpus: expected once, got twice'],
    ['--quiet --quiet', '--quiet: expected once, got twice'],
    ['--quiet=yes', '--quiet: takes no value'],
    ['--cpus', '--cpus: expected a whole number from 1 to 64, got nothing'],
    ['--cpus --guests 2', '--cpus: expected a whole number from 1 to 64, got nothing'],
    ['--cpus -1', '--cpus: expected a whole number from 1 to 64, got "-1"'],
    ['--trace', '--trace: expected at least one file name'],
    ['--trace=', '--trace: expected at least one file name'],
    ['--trace a  b', '--trace: expected a file name, or -, got nothing'],
    ['--trace - a -', '--trace: expected - once'],
    ['--json', '--json: expected a file name'],
    ['a.yaml b.gz', 'unexpected argument "b.gz" after the scenario "a.yaml": traces are given as'],
    ['a.yaml -', 'unexpected argument "-"'],
    ['a.yaml -- b.gz', 'unexpected argument "b.gz"'],
    ['--migrate=', '--migrate: expected a name, got nothing'],
    ['--seed 4294967296', '--seed: expected a whole number from 0 to 4294967295'],
    ['--slice 10', '--slice: expected a whole number from 1000 to'],
    ['--guests 1025', '--guests: expected a whole number from 1 to 1024'],
  ])('%s is refused', (words, message) => {
    expect(() => request(...words.split(' '))).toThrow(message);
  });

  it('are shown by --help and -h, each of them', () => {
    for (const help of ['--help', '-h']) {
      const outcome = parseArguments(runSyntax, ['--cpus', '2', help]);
      const text = outcome.kind === 'help' ? outcome.text : '';
      for (const option of Object.keys(runSyntax.options)) expect(text).toContain(`--${option} `);
      expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    }
  });

  it('are called in messages as the user calls them', () => {
    expect(flagOf('memoryBytes')).toBe('--memory');
    expect(flagOf('tlb.ways')).toBe('--tlb');
    expect(flagOf('tlb.policy')).toBe('--tlb-policy');
    expect(flagOf('cpus')).toBe('--cpus');
  });
});
