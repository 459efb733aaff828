// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { ConfigError, configure, defaultConfig, type SimulationConfig } from '../src/config.js';

describe('configuration', () => {
  it('fills in what is not given', () => {
    expect(configure({ cpus: 4 })).toEqual({ ...defaultConfig, cpus: 4 });
  });

  it.each<[string, Partial<SimulationConfig>]>([
    ['cpus', { cpus: 0 }],
    ['cpus', { cpus: 65 }],
    ['guests', { guests: 1.5 }],
    ['memoryBytes', { memoryBytes: 4 * 2 ** 20 + 1 }],
    ['memoryBytes', { memoryBytes: 2 ** 40 }],
    ['slice', { slice: 0 }],
    ['seed', { seed: -1 }],
    ['migrate', { migrate: 'sideways' as 'pinned' }],
    ['paging', { paging: 'four-level' as 'pae' }],
    ['fidelity', { fidelity: 'better' as 'mended' }],
    ['tlb.entries', { tlb: { entries: 48, ways: 4 } }],
    ['tlb.ways', { tlb: { entries: 16, ways: 32 } }],
    ['costs.access', { costs: { ...defaultConfig.costs, access: 0 } }],
    ['costs.pageCopy', { costs: { ...defaultConfig.costs, pageCopy: -1 } }],
  ])('names %s when its value cannot be used', (option, config) => {
    expect(() => configure(config)).toThrow(ConfigError);
    expect(() => configure(config)).toThrow(new RegExp(`^${option}: expected .*, got `));
  });
});
