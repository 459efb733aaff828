// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { brokenLaws, noCounts } from '../src/index.js';

describe('the laws of the counters', () => {
  it('hold for a CPU that has done nothing', () => {
    expect(brokenLaws(noCounts())).toEqual([]);
  });

  it('hold for sums over CPUs', () => {
    const one = { ...noCounts(), accesses: 2, loads: 2, tlbHits: 1, tlbMisses: 1, pageWalks: 1 };
    const sum = noCounts();
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] = one[key] * 3;
    expect(brokenLaws(one)).toEqual([]);
    expect(brokenLaws(sum)).toEqual([]);
  });

  it.each([
    [{ accesses: 1, loads: 1 }, 'every completed access hit the TLB or followed a walk'],
    [{ pageWalks: 1, pageFaults: 1 }, 'every TLB miss is a walk: 0 is not 1'],
    [{ accesses: 1, tlbHits: 1 }, 'an access is a fetch, a load or a store: 1 is not 0'],
    [{ instructions: 1 }, 'instructions 1 > fetches 0'],
  ])('are named when %o breaks one', (counts, law) => {
    const broken = brokenLaws({ ...noCounts(), ...counts });
    expect(broken).toHaveLength(1);
    expect(broken[0]).toContain(law);
  });
});
