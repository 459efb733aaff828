// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { registersAddress, stateAddress, switcherLayout } from '../src/index.js';

describe('Switcher layout', () => {
  it('has the addresses of the facts sheet for 4 host CPUs', () => {
    const layout = switcherLayout(4);
    expect(layout).toEqual({ address: 0xfff5b000, hostCpus: 4, totalPages: 9 });
    expect(registersAddress(layout, 0)).toBe(0xfff5c000);
    expect(stateAddress(layout, 0)).toBe(0xfff5d000);
    expect(registersAddress(layout, 1)).toBe(0xfff5e000);
    expect(stateAddress(layout, 1)).toBe(0xfff5f000);
  });

  it('keeps a guard page below the fixmap whatever the number of CPUs', () => {
    for (const cpus of [1, 2, 8, 64]) {
      const { address, totalPages } = switcherLayout(cpus);
      expect(address + totalPages * 4096).toBe(0xfff65000 - 4096);
    }
  });

  it('takes a given address if it is page aligned and leaves room', () => {
    expect(switcherLayout(2, 0xffc00000).address).toBe(0xffc00000);
    expect(() => switcherLayout(2, 0xffc00001)).toThrow(/0xffc00001.*page-aligned/);
    expect(() => switcherLayout(2, 0xfffff000)).toThrow(/room for 5 pages/);
  });
});
