// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccessBatch, copySeeds, patternTree, patterns } from '../src/index.js';
import type { OptionSpec, ProcessOperation } from '../src/index.js';
import { digest, readBatches } from './support/reading.js';
import type { PlainAccess, PlainBatch } from './support/reading.js';

const BASE = 0x10000000;
const PAGE = 4096;

type Options = Readonly<Record<string, number | string>>;

/** What one process of a pattern does, batches put together. */
async function behaviour(name: string, options: Options, pid = 1): Promise<PlainBatch> {
  const batches = await readBatches(await patternTree(name, options).open(pid));
  return {
    accesses: batches.flatMap((batch) => batch.accesses),
    events: batches.flatMap((batch) => batch.events),
  };
}

async function operations(name: string, options: Options, pid = 1): Promise<string[]> {
  const { events } = await behaviour(name, options, pid);
  return events.map((event) => {
    const operation: ProcessOperation | undefined =
      event.kind === 'system-call' ? event.operation : undefined;
    if (operation === undefined) return `${event.name} at ${event.position}`;
    const detail = 'child' in operation ? ` ${operation.child ?? 'any'}` : '';
    return `${operation.kind}${detail} at ${event.position}`;
  });
}

const pagesOf = (accesses: readonly PlainAccess[]): number[] =>
  accesses.map(({ address }) => (address - BASE) / PAGE);

const stores = (accesses: readonly PlainAccess[]): number =>
  accesses.filter(({ kind }) => kind === 2).length;

/** A value that fits, small enough for a test. */
function valueOf(spec: OptionSpec): fc.Arbitrary<number | string> {
  if (spec.kind === 'choice') return fc.constantFrom(...spec.choices);
  const max = Math.min(spec.max, 40);
  if (spec.kind === 'number') return fc.double({ min: spec.min, max, noNaN: true });
  const step = spec.multipleOf ?? 1;
  return fc
    .integer({ min: Math.ceil(spec.min / step), max: Math.ceil(max / step) })
    .map((count) => count * step);
}

const anyPattern = fc.constantFrom(...patterns).chain(({ name, options }) =>
  fc.record({
    name: fc.constant(name),
    options: fc.record(
      Object.fromEntries(Object.entries(options).map(([key, spec]) => [key, valueOf(spec)])),
    ),
    capacity: fc.integer({ min: 4, max: 50 }),
  }),
);

describe('any pattern', () => {
  it('has a name, a sentence, the common options, and defaults that it takes', () => {
    expect(patterns.map(({ name }) => name)).toEqual([
      'sequential',
      'random',
      'zipf',
      'stack',
      'pointer-chase',
      'fork-storm',
      'copy-on-write',
      'switch-ring',
      'kernel-churn',
      'map-loop',
      'sleeper',
    ]);
    for (const { name, summary, options } of patterns) {
      expect(summary).toMatch(/^[A-Z].*\.$/);
      expect(Object.keys(options).slice(0, 4)).toEqual(['pages', 'accesses', 'writeShare', 'seed']);
      const tree = patternTree(name);
      expect([tree.name, tree.root, tree.pids[0], tree.missing]).toEqual([name, 1, 1, []]);
    }
  });

  it('does the same each time, stays in its pages, and forks the processes that it has', async () => {
    await fc.assert(
      fc.asyncProperty(anyPattern, async ({ name, options, capacity }) => {
        const trees = [patternTree(name, options), patternTree(name, options)];
        const forked: number[] = [];
        for (const pid of trees[0]!.pids) {
          const [one, other] = await Promise.all(
            trees.map(async (tree) => readBatches(await tree.open(pid), capacity)),
          );
          expect(other).toEqual(one);
          for (const { accesses, events } of one!) {
            for (const { address, size, continuation } of accesses) {
              expect(address).toBeGreaterThanOrEqual(BASE);
              expect(address + size).toBeLessThanOrEqual(BASE + Number(options['pages']) * PAGE);
              expect([address % 4, size, continuation]).toEqual([0, 4, false]);
            }
            for (const event of events) if ('child' in event) forked.push(event.child!);
          }
        }
        expect([1, ...forked]).toEqual(trees[0]!.pids);
      }),
      { numRuns: 60 },
    );
  });

  it('does the same whatever the capacity of batches, all of which but the last are full', async () => {
    await fc.assert(
      fc.asyncProperty(anyPattern, async ({ name, options, capacity }) => {
        const tree = patternTree(name, options);
        const small = await readBatches(await tree.open(1), capacity);
        const large = await readBatches(await tree.open(1));
        expect(digest(small.flatMap(({ accesses }) => accesses))).toBe(
          digest(large.flatMap(({ accesses }) => accesses)),
        );
        const lines = (batches: readonly PlainBatch[]): string[] =>
          batches.flatMap(({ events }) => events.map(({ name: call, line }) => `${call} ${line}`));
        expect(lines(small)).toEqual(lines(large));
        for (const { accesses, events } of small.slice(0, -1)) {
          expect(accesses.length > capacity - 4 || events.length >= capacity).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('only stores, or only loads, where the write share says so', async () => {
    for (const { name } of patterns.filter((pattern) => pattern.name !== 'stack')) {
      const child = patternTree(name).pids.at(-1)!;
      const options = { pages: 4, accesses: 100 };
      const loads = (await behaviour(name, { ...options, writeShare: 0 }, child)).accesses;
      const writes = (await behaviour(name, { ...options, writeShare: 1 }, child)).accesses;
      expect([name, stores(loads), stores(writes)]).toEqual([name, 0, 100]);
    }
  });

  it('has other numbers with another seed, and in another process', async () => {
    const [one, other] = await Promise.all(
      [1, 2].map((seed) => behaviour('random', { accesses: 50, seed })),
    );
    expect(digest(one!.accesses)).not.toBe(digest(other!.accesses));
    const [two, three] = await Promise.all(
      [2, 3].map((pid) => behaviour('fork-storm', { accesses: 50 }, pid)),
    );
    expect(digest(two!.accesses)).not.toBe(digest(three!.accesses));
  });

  it('does something else in each copy, the first of which has the seed itself', () => {
    const seeds = copySeeds(7, 1000);
    expect(seeds[0]).toBe(7);
    expect(new Set(seeds).size).toBe(1000);
    for (const seed of seeds)
      expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32).toBe(true);
    expect(copySeeds(7, 3)).toEqual(seeds.slice(0, 3));
    expect(copySeeds(8, 3).slice(1)).not.toEqual(seeds.slice(1, 3));
  });

  it('is made as it is read, and no further once it is closed', async () => {
    const source = await patternTree('random', { accesses: 1e12 }).open(1);
    const batch = new AccessBatch(100);
    expect(await source.read(batch)).toBe(true);
    expect([batch.length, source.moved, source.bytesRead, source.totalBytes]).toEqual([
      97,
      [],
      0,
      undefined,
    ]);
    await source.close();
    expect(await source.read(batch)).toBe(false);
    expect(batch.length).toBe(0);
  });
});

describe('the pattern', () => {
  it('sequential goes on by its stride and round', async () => {
    const { accesses, events } = await behaviour('sequential', {
      pages: 2,
      accesses: 7,
      stride: 2048,
    });
    expect(pagesOf(accesses)).toEqual([0, 0.5, 1, 1.5, 0, 0.5, 1]);
    expect(events).toEqual([]);
  });

  it('random comes to all pages about equally often, and stores as often as asked', async () => {
    const { accesses } = await behaviour('random', { pages: 8, accesses: 8000, writeShare: 0.25 });
    const counts = count(pagesOf(accesses).map(Math.floor));
    expect(counts).toHaveLength(8);
    for (const times of counts) expect(Math.abs(times - 1000)).toBeLessThan(150);
    expect(Math.abs(stores(accesses) - 2000)).toBeLessThan(200);
  });

  it('zipf comes to a page as often as its rank says', async () => {
    const { accesses } = await behaviour('zipf', { pages: 4, accesses: 25000, skew: 1 });
    // 1 + 1/2 + 1/3 + 1/4 = 25/12.
    const expected = [12000, 6000, 4000, 3000];
    const counts = count(pagesOf(accesses).map(Math.floor)).sort((a, b) => b - a);
    for (const [rank, times] of counts.entries()) {
      expect(Math.abs(times - expected[rank]!)).toBeLessThan(300);
    }
    const even = await behaviour('zipf', { pages: 4, accesses: 4000, skew: 0 });
    for (const times of count(pagesOf(even.accesses).map(Math.floor))) {
      expect(Math.abs(times - 1000)).toBeLessThan(150);
    }
  });

  it('stack loads what was stored last, and stays between empty and full', async () => {
    const { accesses } = await behaviour('stack', { pages: 1, accesses: 5000, frame: 1024 });
    const frames: number[] = [];
    for (const { address, kind } of accesses) {
      if (kind === 2) frames.push(address);
      else expect(frames.pop()).toBe(address);
      expect(frames.length).toBeLessThanOrEqual(4);
      expect(frames).toEqual(
        [4, 3, 2, 1].slice(0, frames.length).map((at) => BASE + (at - 1) * 1024),
      );
    }
    const calls = await behaviour('stack', { pages: 1, accesses: 8, frame: 1024, writeShare: 1 });
    expect(calls.accesses.map(({ kind }) => kind)).toEqual([2, 2, 2, 2, 1, 2, 1, 2]);
  });

  it('pointer-chase comes to each page once before it begins again', async () => {
    const { accesses } = await behaviour('pointer-chase', { pages: 50, accesses: 100 });
    const [first, second] = [accesses.slice(0, 50), accesses.slice(50)];
    expect(count(pagesOf(first).map(Math.floor))).toEqual(Array.from({ length: 50 }, () => 1));
    expect(second.map(({ address }) => address)).toEqual(first.map(({ address }) => address));
    expect(pagesOf(first).map(Math.floor)).not.toEqual(Array.from({ length: 50 }, (_, at) => at));
  });

  it('fork-storm fills its pages, forks, and waits for all', async () => {
    const options = { pages: 2, accesses: 5, children: 3 };
    expect(await operations('fork-storm', options)).toEqual([
      ...['fork 2 at 16', 'fork 3 at 17', 'fork 4 at 18'],
      ...['wait any at 19', 'wait any at 19', 'wait any at 19'],
      'exit at 35',
    ]);
    const { accesses } = await behaviour('fork-storm', options, 3);
    expect(pagesOf(accesses)).toEqual([0, 1, 512 / PAGE, 1 + 512 / PAGE, 1024 / PAGE]);
    expect(await operations('fork-storm', options, 3)).toEqual(['exit at 5']);
  });

  it('fork-storm has no more children at once than asked', async () => {
    const options = { pages: 1, children: 3, atOnce: 1 };
    expect(await operations('fork-storm', options)).toEqual([
      ...['fork 2 at 8', 'wait any at 9', 'fork 3 at 9', 'wait any at 10', 'fork 4 at 10'],
      ...['wait any at 11', 'exit at 19'],
    ]);
  });

  it('copy-on-write has parent and child store to what they share', async () => {
    const options = { pages: 2, accesses: 4, writeShare: 1 };
    expect(await operations('copy-on-write', options)).toEqual([
      ...['fork 2 at 16', 'wait any at 21', 'exit at 37'],
    ]);
    const [parent, child] = await Promise.all(
      [1, 2].map((pid) => behaviour('copy-on-write', options, pid)),
    );
    expect(pagesOf(parent!.accesses.slice(17, 21)).map(Math.floor)).toEqual([0, 1, 0, 1]);
    expect(pagesOf(child!.accesses).map(Math.floor)).toEqual([0, 1, 0, 1]);
  });

  it.each(['fork-storm', 'copy-on-write'])(
    '%s stores right after the fork, accesses only what the parent stored, and loads all of it in the end',
    async (name) => {
      const options = { pages: 3, accesses: 100, children: 1, writeShare: 0.5 };
      const [parent, child] = await Promise.all([1, 2].map((pid) => behaviour(name, options, pid)));
      const filled = parent!.accesses.slice(0, 3 * 8);
      expect(stores(filled)).toBe(3 * 8);
      const addresses = filled.map(({ address }) => address);
      expect(new Set(addresses).size).toBe(3 * 8);
      expect(new Set(child!.accesses.map(({ address }) => address))).toEqual(new Set(addresses));
      expect(parent!.accesses[3 * 8]).toMatchObject({ kind: 2, address: addresses[2 * 8 + 2] });
      const last = parent!.accesses.slice(-3 * 8);
      expect(stores(last)).toBe(0);
      expect(last.map(({ address }) => address)).toEqual(addresses);
    },
  );

  it('switch-ring yields after each turn', async () => {
    const options = { pages: 2, accesses: 5, processes: 3, turn: 2 };
    expect(await operations('switch-ring', options)).toEqual([
      ...['fork 2 at 0', 'fork 3 at 0', 'yield at 2', 'yield at 4'],
      ...['wait any at 5', 'wait any at 5', 'exit at 5'],
    ]);
    expect(await operations('switch-ring', options, 3)).toEqual([
      ...['yield at 2', 'yield at 4', 'exit at 5'],
    ]);
  });

  it('kernel-churn has the kernel map pages every so often', async () => {
    const options = { pages: 2, accesses: 5, every: 2, kernelPages: 3, how: 'kmap' };
    expect(await operations('kernel-churn', options)).toEqual([
      ...['kernel-map at 0', 'kernel-map at 2', 'kernel-map at 4'],
    ]);
    const { events, accesses } = await behaviour('kernel-churn', options);
    expect(events[0]).toMatchObject({ operation: { kind: 'kernel-map', pages: 3, how: 'kmap' } });
    expect(accesses).toHaveLength(5);
  });

  it('map-loop accesses its pages while they are mapped', async () => {
    const options = { pages: 3, accesses: 5, touches: 4 };
    expect(await operations('map-loop', options)).toEqual([
      ...['map at 0', 'unmap at 4', 'map at 4', 'unmap at 5'],
    ]);
    const { accesses, events } = await behaviour('map-loop', options);
    expect(pagesOf(accesses).map(Math.floor)).toEqual([0, 1, 2, 0, 0]);
    expect(events[0]).toMatchObject({
      operation: { kind: 'map', start: BASE, bytes: 3 * PAGE, writable: true },
    });
  });

  it('sleeper sleeps between its accesses', async () => {
    const options = { pages: 3, accesses: 5, every: 2, nanoseconds: 7 };
    expect(await operations('sleeper', options)).toEqual(['sleep at 2', 'sleep at 4']);
    const { events } = await behaviour('sleeper', options);
    expect(events[0]).toMatchObject({ operation: { kind: 'sleep', nanoseconds: 7 } });
  });
});

/** How often each value occurs, least value first. */
function count(values: readonly number[]): number[] {
  const times = new Map<number, number>();
  for (const value of values) times.set(value, (times.get(value) ?? 0) + 1);
  return [...times].sort(([a], [b]) => a - b).map(([, number]) => number);
}
