// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SimulationConfig } from '../src/config.js';
import { Simulation } from '../src/simulation.js';
import { loggedRun, small, textOf, wanderingTrace } from './support.js';

const config: Partial<SimulationConfig> = {
  ...small,
  cpus: 2,
  guests: 3,
  migrate: 'random',
  slice: 6_000,
  guestSlice: 4_000,
};
const traces = [wanderingTrace('a', 9_000, 60), wanderingTrace('b', 6_000, 30)];

/** Stops a run after so many looks at the signal, that is, so many steps. */
const afterSteps = (steps: number) => ({
  get aborted(): boolean {
    return steps-- <= 0;
  },
});

describe('a run', () => {
  it('has the same messages and results for the same seed', async () => {
    const first = await loggedRun(new Simulation(config, traces));
    const second = await loggedRun(new Simulation(config, traces));
    expect(textOf(second.log)).toBe(textOf(first.log));
    expect(second.result).toEqual(first.result);
  });

  it('goes another way for another seed', async () => {
    const first = await loggedRun(new Simulation(config, traces));
    const second = await loggedRun(new Simulation({ ...config, seed: 2 }, traces));
    expect(textOf(second.log)).not.toBe(textOf(first.log));
  });

  it('delivers exits in the order of virtual time, whichever CPU they are on', async () => {
    const { log } = await loggedRun(new Simulation(config, traces));
    const exits = log.filter(({ message }) => message.topic === 'trap').map(({ time }) => time);
    expect(exits.length).toBeGreaterThan(100);
    expect(exits).toEqual([...exits].sort((a, b) => a - b));
  });

  it('goes on the same from a snapshot that another simulation took, wherever it is cut', async () => {
    const whole = await loggedRun(new Simulation(config, traces));
    await fc.assert(
      fc.asyncProperty(fc.nat(6_000), async (steps) => {
        const cut = new Simulation(config, traces);
        const status = await cut.run({ signal: afterSteps(steps) });
        const snapshot = structuredClone(cut.snapshot());
        await cut.close();
        if (status === 'finished') return;
        const resumed = new Simulation(config, traces);
        await resumed.restore(snapshot);
        const { result, log } = await loggedRun(resumed);
        expect(result).toEqual(whole.result);
        expect(textOf(log)).toBe(textOf(whole.log.slice(snapshot.host.sequence)));
      }),
      { numRuns: 15 },
    );
  });

  it('stops when its signal says so, tells what was counted, and can go on', async () => {
    const whole = await loggedRun(new Simulation(config, traces));
    const simulation = new Simulation(config, traces);
    expect(await simulation.run({ signal: afterSteps(2_000) })).toBe('interrupted');
    const { status, totals } = simulation.result();
    expect(status).toBe('interrupted');
    expect(totals.accesses).toBeGreaterThan(0);
    expect(totals.accesses).toBeLessThan(whole.result.totals.accesses);
    expect((await loggedRun(simulation)).result).toEqual(whole.result);
  });

  it('gives every frame back but the Switcher’s and the Launchers’ top tables', async () => {
    const simulation = new Simulation(config, traces);
    const before = simulation.snapshot().host.memory;
    await simulation.run();
    const after = simulation.snapshot().host.memory;
    await simulation.close();
    const owned = (owners: Uint8Array): number => owners.filter((owner) => owner !== 0).length;
    expect(owned(after.owners)).toBe(owned(before.owners));
    expect(after.holds.some((holds) => holds !== 0)).toBe(false);
  });
});
