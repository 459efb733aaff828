// SPDX-License-Identifier: GPL-2.0-or-later
import type { ResultDocument } from '@lguest-sim/simulation';
import { beforeAll, describe, expect, it } from 'vitest';
import { compareResults } from '../src/compare/compare-results.js';
import { busy, historyOf } from './support/run.js';

let result: ResultDocument;
beforeAll(async () => {
  ({ result } = await historyOf());
});

const changed = (totals: Partial<ResultDocument['totals']>): ResultDocument => ({
  ...result,
  totals: { ...result.totals, ...totals },
});

describe('comparing two runs', () => {
  it('finds nothing between a run and itself', () => {
    const { settings, status, notable, small, same } = compareResults(result, result);
    expect({ settings, status, notable, small }).toEqual({
      settings: [],
      status: undefined,
      notable: [],
      small: [],
    });
    expect(same.map(({ name }) => name)).toContain('hypercalls.SET_PTE');
  });

  it('has what differs most first, a few more or fewer last, and says how much it is', () => {
    const { accesses, worldSwitches, cycles } = result.totals;
    const one = changed({ clearAlls: 1 });
    const other = changed({
      accesses: accesses * 2,
      worldSwitches: worldSwitches * 3,
      cycles: cycles + 1,
      clearAlls: 0,
    });
    const { notable, small } = compareResults(one, other);
    expect(notable.map(({ name }) => name)).toEqual(['worldSwitches', 'accesses', 'clearAlls']);
    expect(notable[0]).toEqual({
      name: 'worldSwitches',
      first: worldSwitches,
      second: 3 * worldSwitches,
      ratio: 3,
    });
    expect(small.map(({ name }) => name)).toEqual(['cycles']);
    expect(compareResults(changed({ migrations: 0 }), result).notable[0]).toMatchObject({
      name: 'migrations',
      ratio: null,
    });
  });

  it('names the settings that differ, wherever they are', async () => {
    const { result: other } = await historyOf({
      ...busy,
      paging: 'pae',
      tlb: { entries: 32, ways: 4, policy: 'lru' },
    });
    expect(compareResults(result, other).settings).toEqual([
      { name: 'paging', first: 'two-level', second: 'pae' },
      { name: 'tlb.entries', first: 64, second: 32 },
    ]);
  });
});
