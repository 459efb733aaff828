// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import {
  COMMON_OPTIONS,
  definePattern,
  PATTERN_BASE,
  patternTree,
  PatternError,
} from '../src/index.js';
import type { Pattern, Scene } from '../src/index.js';
import { readBatches } from './support/reading.js';

/** Stores to one page after another, and goes back to the first after each. */
const backAndForth = definePattern({
  name: 'back-and-forth',
  summary: 'Goes back to its first page after each other one.',
  options: { pages: COMMON_OPTIONS.pages, seed: COMMON_OPTIONS.seed },
  *run({ options, random, out }) {
    for (let page = 0; page < options.pages; page++) {
      for (const target of [page, 0]) {
        if (out.full) yield;
        out.access(PATTERN_BASE + target * 4096 + random.below(1024) * 4, target === page);
      }
    }
  },
});
const own = backAndForth as unknown as Pattern;

describe('a pattern of one’s own', () => {
  it('is made as those that are built in', async () => {
    const read = async (options: Record<string, number>, capacity?: number) => {
      const tree = patternTree('back-and-forth', options, { patterns: [own] });
      const batches = await readBatches(await tree.open(1), capacity);
      return batches.flatMap(({ accesses }) => accesses);
    };
    const all = await read({ pages: 30 }, 16);
    expect(all).toHaveLength(60);
    expect(await read({ pages: 30 })).toEqual(all);
    expect(await read({ pages: 30, seed: 2 })).not.toEqual(all);
    expect(all.filter(({ kind }) => kind === 2).map(({ address }) => address >>> 12)).toEqual(
      [0, 0, ...Array.from({ length: 29 }, (_, page) => page + 1)].map((page) => 0x10000 + page),
    );
  });

  it('need have no option for pages or seed', async () => {
    const plain: Pattern = {
      name: 'plain',
      summary: 'One store.',
      options: {},
      *run({ out }) {
        out.access(0x1000, true);
      },
    };
    const tree = patternTree('plain', {}, { patterns: [plain] });
    expect(await readBatches(await tree.open(1))).toHaveLength(1);
  });

  it('is listed where a name is not known', () => {
    expect(() => patternTree('none', {}, { patterns: [own] })).toThrow('sleeper, back-and-forth');
  });
});

type Step = (scene: Scene<never>) => unknown;

const wrong: readonly [what: string, run: Step, message: string][] = [
  [
    'stores to no word',
    ({ out }) => out.access(0x1001, true),
    'pattern wild: process 1: access: expected a multiple of 4 below the guest kernel at 0xc0000000, found 4097',
  ],
  ['loads from the kernel', ({ out }) => out.access(0xc0000000, false), 'found 3221225472'],
  [
    'makes a nameless call',
    ({ out }) => out.call({ number: 1, args: [], result: 0 } as never),
    'process 1: call: expected a name, found nothing',
  ],
  [
    'never yields',
    ({ out }) => {
      for (;;) out.access(0, true);
    },
    'access: expected a yield first, as the writer is full',
  ],
  [
    'throws',
    () => {
      throw new Error('no more');
    },
    'run(scene): expected it to go on, found "Error: no more"',
  ],
];

describe('a wrong pattern', () => {
  const open = async (pattern: Partial<Pattern>) => {
    const whole = { name: 'wild', summary: '', options: {}, ...pattern } as Pattern;
    const tree = patternTree('wild', {}, { patterns: [whole] });
    return await readBatches(await tree.open(1));
  };

  it.each(wrong)('that %s is reported by name', async (_, act, message) => {
    const run = function* (scene: Scene<never>): Generator<void, void> {
      act(scene);
      yield;
    };
    await expect(open({ run: run as Pattern['run'] })).rejects.toThrow(message);
    await expect(open({ run: run as Pattern['run'] })).rejects.toThrow(PatternError);
  });

  it('that yields too often, or not at all, is reported by name', async () => {
    function* eager({ out }: Scene<never>): Generator<void, void> {
      out.access(0, true);
      yield;
    }
    await expect(open({ run: eager as Pattern['run'] })).rejects.toThrow(
      'expected a yield only when the writer is full',
    );
    await expect(open({ run: (() => 7) as never })).rejects.toThrow(
      'expected a generator, found 7',
    );
    await expect(open({ run: (() => undefined) as never, processes: () => 0.5 })).rejects.toThrow(
      'pattern wild: processes(options): expected a whole number from 1 to 65536, found 0.5',
    );
  });
});
