// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import {
  ConfigError,
  configure,
  defaultConfig,
  type GivenConfig,
  type SimulationConfig,
} from '../src/config.js';
import type { HotplugState, ScheduleEntry } from '../src/plan.js';

const scheduled = (...schedule: ScheduleEntry[]): Partial<SimulationConfig> => ({
  cpus: 2,
  migrate: 'schedule',
  schedule,
});

const plugged = (
  ...entries: [at: number, cpu: number, state: HotplugState][]
): Partial<SimulationConfig> => ({
  cpus: 2,
  hotplug: entries.map(([at, cpu, state]) => ({ at, cpu, state })),
});

describe('configuration', () => {
  it('fills in what is not given', () => {
    expect(configure({ cpus: 4 })).toEqual({ ...defaultConfig, cpus: 4 });
  });

  it.each<[string, GivenConfig]>([
    ['cpus', { cpus: 0 }],
    ['cpus', { cpus: 65 }],
    ['guests', { guests: 1.5 }],
    ['memoryBytes', { memoryBytes: 4 * 2 ** 20 + 1 }],
    ['memoryBytes', { memoryBytes: 2 ** 40 }],
    ['slice', { slice: 0 }],
    ['seed', { seed: -1 }],
    ['migrate', { migrate: 'sideways' }],
    ['paging', { paging: 'four-level' as 'pae' }],
    ['fidelity', { fidelity: 'better' as 'mended' }],
    ['evict', { evict: 'best' }],
    ['tlb.policy', { tlb: { entries: 64, ways: 4, policy: 'belady' } }],
    ['costs', { costs: 'free' }],
    ['tlb.entries', { tlb: { entries: 48, ways: 4 } }],
    ['tlb.ways', { tlb: { entries: 16, ways: 32 } }],
    ['costs.access', { costs: { ...defaultConfig.costs, access: 0 } }],
    ['costs.walk', { costs: { ...defaultConfig.costs, walk: 1 } as never }],
    ['costs.pageCopy', { costs: { ...defaultConfig.costs, pageCopy: -1 } }],
    ['vcpus', { vcpus: 2 }],
    ['schedule', { migrate: 'schedule' }],
    ['migrate', { schedule: [{ at: 0, guest: 0, cpu: 0 }] }],
    ['schedule\\[0\\].guest', scheduled({ at: 0, guest: 1, cpu: 0 })],
    ['schedule\\[0\\].cpu', scheduled({ at: 0, guest: 0, cpu: 2 })],
    ['schedule\\[1\\].at', scheduled({ at: 5, guest: 0, cpu: 1 }, { at: 4, guest: 0, cpu: 0 })],
    ['hotplug\\[0\\].at', plugged([0.5, 1, 'offline'])],
    ['hotplug\\[0\\].cpu', plugged([5, 2, 'offline'])],
    ['hotplug\\[0\\].state', plugged([5, 1, 'away' as 'offline'])],
    ['hotplug\\[0\\]', plugged([5, 1, 'online'])],
    ['hotplug\\[1\\]', plugged([5, 1, 'offline'], [6, 1, 'offline'])],
    ['hotplug\\[2\\].at', plugged([5, 1, 'offline'], [6, 1, 'online'], [5, 1, 'offline'])],
  ])('names %s when its value cannot be used', (option, config) => {
    expect(() => configure(config)).toThrow(ConfigError);
    expect(() => configure(config)).toThrow(new RegExp(`^${option}: expected .*, got `));
  });

  it('says why there is one vCPU a guest', () => {
    expect(() => configure({ vcpus: 2 })).toThrow(/^vcpus: expected 1 \(.*registers.*R10/);
  });

  it('does not let the last CPU go, though others that went before may be back', () => {
    const back = plugged([1, 0, 'offline'], [2, 0, 'online'], [3, 1, 'offline']);
    expect(configure(back).hotplug).toHaveLength(3);
    const none = plugged([1, 0, 'offline'], [2, 1, 'offline']);
    expect(() => configure(none)).toThrow(
      'hotplug[1]: expected at least one CPU to stay online, got CPU 1, the last one',
    );
  });
});
