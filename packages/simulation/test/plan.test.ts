// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { Plan } from '../src/plan.js';

const make = (): Plan =>
  new Plan({
    cpus: 2,
    guests: 2,
    hotplug: [
      { at: 20, cpu: 1, state: 'offline' },
      { at: 30, cpu: 1, state: 'online' },
      { at: 50, cpu: 1, state: 'offline' },
    ],
    schedule: [
      { at: 10, guest: 0, cpu: 1 },
      { at: 20, guest: 1, cpu: 0 },
    ],
  });

describe('a plan', () => {
  it('gives its events in the order of time, CPUs before guests', () => {
    const plan = make();
    const taken = [];
    while (plan.nextTime !== Infinity) taken.push(plan.take());
    expect(taken.map(({ at, kind }) => `${at} ${kind}`)).toEqual([
      '10 move',
      '20 hotplug',
      '20 move',
      '30 hotplug',
      '50 hotplug',
    ]);
  });

  it('knows when a guest has to stop: when its CPU goes, or when it moves itself', () => {
    const plan = make();
    const times = (): number[] => [plan.stopTime(1, 0), plan.stopTime(0, 1), plan.stopTime(1, 1)];
    expect(times()).toEqual([10, 20, 20]);
    plan.take();
    expect(times()).toEqual([20, 20, 20]);
    plan.take();
    expect(times()).toEqual([50, 20, 20]);
    plan.take();
    expect(times()).toEqual([50, Infinity, 50]);
  });

  it('goes on the same from wherever it was cut', () => {
    const plan = make();
    for (let taken = 0; plan.nextTime !== Infinity; taken++) {
      const copy = make();
      copy.restore(plan.snapshot());
      expect([copy.nextTime, copy.stopTime(1, 0)]).toEqual([plan.nextTime, plan.stopTime(1, 0)]);
      expect(copy.take()).toEqual(plan.take());
      expect(taken).toBeLessThan(5);
    }
  });
});
