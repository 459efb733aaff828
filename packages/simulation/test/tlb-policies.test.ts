// SPDX-License-Identifier: GPL-2.0-or-later
import { tlbPolicies } from '@lguest-sim/cpu';
import { patternTree } from '@lguest-sim/trace';
import { describe, expect, it } from 'vitest';
import type { GivenConfig } from '../src/config.js';
import { definePlugin, type Plugin } from '../src/plugins/plugin.js';
import { Simulation } from '../src/simulation.js';
import { loggedRun, small } from './support.js';

const machine: GivenConfig = { ...small, cpus: 2, guests: 2, slice: 20_000 };
const work = () => [
  patternTree('zipf', { pages: 80, accesses: 6000 }),
  patternTree('fork-storm', { children: 2, pages: 12 }),
];

const make = (policy: string, more: GivenConfig = {}, plugins: readonly Plugin[] = []) => {
  const config = { ...machine, ...more, tlb: { entries: 16, ways: 4, policy } };
  return new Simulation(config, work(), { plugins });
};

/** What the built-in LRU does by itself, as a plug-in. */
const plainLru = definePlugin({ kind: 'tlb-policy', name: 'plain-lru', make: tlbPolicies.lru });

describe('TLB policies in whole simulations', () => {
  it.each(['two-level', 'pae'] as const)(
    'that are LRU give the results of the built-in one, with %s paging',
    async (paging) => {
      const usual = await loggedRun(make('lru', { paging }));
      const other = await loggedRun(make('plain-lru', { paging }, [plainLru]));
      expect(other.result).toEqual({
        ...usual.result,
        config: { ...usual.result.config, tlb: { entries: 16, ways: 4, policy: 'plain-lru' } },
      });
      expect(other.log).toEqual(usual.log);
    },
  );

  it.each(['fifo', 'random', 'tree-plru'])(
    '%s misses otherwise, and processes load the same, also under check and audit',
    async (policy) => {
      const usual = await loggedRun(make('lru'));
      const other = await loggedRun(make(policy));
      expect(other.result.totals.tlbMisses).not.toBe(usual.result.totals.tlbMisses);
      const checksums = ({ result }: typeof usual) =>
        result.guests.map(({ processes }) => processes.map((each) => each.loadChecksum));
      expect(checksums(other)).toEqual(checksums(usual));
      const checked = await loggedRun(make(policy, { check: true, audit: 'every' }));
      expect(checked.result.totals).toEqual(other.result.totals);
    },
  );

  it.each(['fifo', 'random', 'tree-plru', 'plain-lru'])(
    '%s goes on from a snapshot as it would have',
    async (policy) => {
      const whole = await loggedRun(make(policy, {}, [plainLru]));
      for (const until of [300_000, 613_000]) {
        const cut = make(policy, {}, [plainLru]);
        await cut.run({ until });
        expect(cut.state).toBe('paused');
        const resumed = make(policy, {}, [plainLru]);
        await resumed.restore(structuredClone(cut.snapshot()));
        expect((await loggedRun(resumed)).result).toEqual(whole.result);
      }
    },
  );

  it('that name no way end the run, and are named', async () => {
    const wild = definePlugin({
      kind: 'tlb-policy',
      name: 'wild',
      make: () => ({ victim: () => 4 }),
    });
    await expect(loggedRun(make('wild', {}, [wild]))).rejects.toThrow(
      /^plug-in wild \(tlb-policy\): victim\(set \d\): expected a way from 0 to 3, got 4$/,
    );
  });
});
