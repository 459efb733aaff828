// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { PatternError, patternTree, patterns } from '../src/index.js';

function failure(name: string, options: Record<string, unknown>, kernelAddress?: number): unknown {
  try {
    return patternTree(name, options, kernelAddress === undefined ? {} : { kernelAddress });
  } catch (error) {
    return error;
  }
}

describe('a pattern is refused', () => {
  it.each<[string, Record<string, unknown>, string]>([
    [
      'random',
      { pages: 0 },
      'pattern random: pages: expected a whole number from 1 to 524288, found 0',
    ],
    [
      'random',
      { pages: 1.5 },
      'pattern random: pages: expected a whole number from 1 to 524288, found 1.5',
    ],
    [
      'random',
      { pages: '8' },
      'pattern random: pages: expected a whole number from 1 to 524288, found "8"',
    ],
    [
      'random',
      { pages: null },
      'pattern random: pages: expected a whole number from 1 to 524288, found null',
    ],
    [
      'random',
      { writeShare: 1.01 },
      'pattern random: writeShare: expected a number from 0 to 1, found 1.01',
    ],
    [
      'random',
      { writeShare: Number.NaN },
      'pattern random: writeShare: expected a number from 0 to 1, found NaN',
    ],
    [
      'random',
      { seed: -1 },
      'pattern random: seed: expected a whole number from 0 to 4294967295, found -1',
    ],
    [
      'sequential',
      { stride: 6 },
      'pattern sequential: stride: expected a whole number from 4 to 1048576, a multiple of 4, found 6',
    ],
    [
      'kernel-churn',
      { how: 'slowly' },
      'pattern kernel-churn: how: expected one of vmalloc, kmap, found "slowly"',
    ],
    [
      'random',
      { stride: 64 },
      'pattern random: stride: expected one of the options pages, accesses, writeShare, seed, found 64',
    ],
    [
      'random',
      { toString: {} },
      'pattern random: toString: expected one of the options pages, accesses, writeShare, seed, found {}',
    ],
  ])('%s with %o', (name, options, message) => {
    const error = failure(name, options);
    expect(error).toBeInstanceOf(PatternError);
    expect((error as PatternError).message).toBe(message);
    expect((error as PatternError).option).toBe(Object.keys(options)[0]);
  });

  it('that there is not', () => {
    const error = failure('rnadom', {}) as PatternError;
    expect(error.message).toMatch(
      /^pattern: expected one of sequential, random, .*, found "rnadom"$/,
    );
    expect([error.pattern, error.option, error.found]).toEqual(['rnadom', undefined, '"rnadom"']);
  });

  it('whose pages do not fit below the kernel', () => {
    const error = failure('random', { pages: 200000 }, 0x20000000) as PatternError;
    expect(error.message).toBe(
      'pattern random: pages: expected at most the 65536 pages from 0x10000000 to the guest kernel at 0x20000000, found 200000',
    );
    expect(failure('random', { pages: 65536 }, 0x20000000)).not.toBeInstanceOf(Error);
    expect((failure('random', {}, 0x400000) as PatternError).expected).toMatch(
      /at most the 0 pages/,
    );
  });
});

describe('the options of a pattern', () => {
  it('are taken at both of their ends', () => {
    for (const { name, options } of patterns) {
      for (const [key, spec] of Object.entries(options)) {
        const values = spec.kind === 'choice' ? spec.choices : [spec.min, spec.max];
        for (const value of values)
          expect(failure(name, { [key]: value })).not.toBeInstanceOf(Error);
      }
    }
  });

  it('have their defaults where they are undefined', () => {
    expect(failure('random', { pages: undefined })).not.toBeInstanceOf(Error);
  });

  it('each say what they are in a sentence', () => {
    for (const { options } of patterns) {
      for (const { description } of Object.values(options))
        expect(description).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('give the tree its name, and no source for a process that it does not have', async () => {
    const tree = patternTree('fork-storm', { children: 2 }, { name: 'storm' });
    expect([tree.name, tree.pids, tree.has(3), tree.has(4), tree.has(1.5)]).toEqual([
      'storm',
      [1, 2, 3],
      true,
      false,
      false,
    ]);
    expect([(await tree.open(1)).name, (await tree.open(2)).name]).toEqual([
      'storm',
      'storm (process 2)',
    ]);
    await expect(tree.open(4)).rejects.toThrow('storm: there is no trace of process 4');
  });
});
