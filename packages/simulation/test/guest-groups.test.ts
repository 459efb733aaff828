// SPDX-License-Identifier: GPL-2.0-or-later
import { patternTree } from '@lguest-sim/trace';
import { describe, expect, it } from 'vitest';
import { CheckFailure } from '../src/check-failure.js';
import { ConfigError } from '../src/config.js';
import { Simulation } from '../src/simulation.js';
import { resultsOf, small } from './support.js';

const mebibyte = 2 ** 20;
const inputs = ['random', 'sequential', 'zipf'].map((name) =>
  patternTree(name, { pages: 8, accesses: 300 }),
);

describe('guests that differ', () => {
  const groups = [
    { count: 1, memoryBytes: 16 * mebibyte, traces: [2] },
    { count: 2, traces: [1, 0] },
    { count: 1 },
  ];

  it('have the memory and run the inputs that their group names', async () => {
    const { config, guests, totals } = await resultsOf({ ...small, cpus: 2, groups }, inputs);
    expect(config).toMatchObject({ guests: 4, groups, traces: ['random', 'sequential', 'zipf'] });
    expect(guests.map(({ memoryBytes }) => memoryBytes / mebibyte)).toEqual([16, 8, 8, 8]);
    expect(guests.map(({ processes }) => processes.map(({ trace }) => trace))).toEqual([
      ['zipf'],
      ['sequential', 'random'],
      ['sequential', 'random'],
      ['random', 'sequential', 'zipf'],
    ]);
    expect(totals.accesses).toBe(8 * 300);
  });

  it('go on the same from a snapshot', async () => {
    const config = { ...small, groups, slice: 10_000 };
    const whole = await resultsOf(config, inputs);
    let steps = 200;
    const signal = {
      get aborted(): boolean {
        return steps-- <= 0;
      },
    };
    const cut = new Simulation(config, inputs);
    expect(await cut.run({ signal })).toBe('interrupted');
    const snapshot = structuredClone(cut.snapshot());
    await cut.close();
    const resumed = new Simulation(config, inputs);
    await resumed.restore(snapshot);
    await resumed.run();
    expect(resumed.result()).toEqual(whole);
    await resumed.close();
  });

  it('are the same as guests that are alike, if their groups are', async () => {
    const alike = await resultsOf({ ...small, guests: 3 }, inputs);
    const grouped = await resultsOf({ ...small, groups: [{ count: 1 }, { count: 2 }] }, inputs);
    expect({ ...grouped, config: 0 }).toEqual({ ...alike, config: 0 });
  });

  it.each([
    [{ guests: 3, groups }, 'guests: expected 4, as many as the groups have, got 3'],
    [{ groups: [{ count: 0 }] }, 'groups[0].count: expected a whole number from 1 to 1024, got 0'],
    [
      { groups: [{ count: 1000 }, { count: 25 }] },
      'guests: expected a whole number from 1 to 1024',
    ],
    [{ groups: [{ count: 1, memoryBytes: 1 }] }, 'groups[0].memoryBytes: expected'],
    [{ groups: [{ count: 1, memoryBytes: 8 * mebibyte + 1 }] }, 'a multiple of 4096'],
    [{ groups: [{ count: 1, guestSlice: 1 }] }, 'groups[0].guestSlice: expected'],
    [{ groups: [{ count: 1, traces: [] }] }, 'groups[0].traces: expected at least one'],
    [{ groups: [{ count: 1, traces: [3] }] }, 'groups.traces: expected numbers of inputs, from 0'],
  ])('are refused where they cannot be: %j', (config, message) => {
    expect(() => new Simulation(config, inputs)).toThrow(ConfigError);
    expect(() => new Simulation(config, inputs)).toThrow(message);
  });
});

describe.each(['two-level', 'pae'] as const)('guests that rely on zeros, %s', (paging) => {
  const [storing, loading] = [1, 0].map((writeShare) =>
    patternTree('random', { pages: 64, accesses: 4000, writeShare }),
  );
  const groups = [
    { count: 1, traces: [0] },
    { count: 1, traces: [1] },
  ];
  const mixed = patternTree('random', { pages: 64, accesses: 4000, writeShare: 0.5 });
  const config = { ...small, groups, paging, zeroing: 'lazy', check: true } as const;

  it('find them if the original’s defects are mended', async () => {
    const { status, kills } = await resultsOf(config, [mixed, loading!]);
    expect({ status, kills }).toEqual({ status: 'finished', kills: [] });
  });

  it('find what another guest has stored if they are not', async () => {
    const run = resultsOf({ ...config, fidelity: 'original' }, [mixed, loading!]);
    const failure: unknown = await run.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CheckFailure);
    expect(failure).toMatchObject({ finding: { guest: 1, expected: '0x00000000' } });
  });

  it('never find it where every page is stored to first: what is dirty is got for writing', async () => {
    const run = resultsOf({ ...config, fidelity: 'original' }, [storing!, storing!]);
    expect((await run).status).toBe('finished');
  });

  it('find them in the original too if they clear what they hand out', async () => {
    const eager = { ...config, zeroing: 'eager', fidelity: 'original' } as const;
    expect((await resultsOf(eager, [mixed, loading!])).status).toBe('finished');
  });
});
