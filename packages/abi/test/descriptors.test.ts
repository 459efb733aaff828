// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import {
  GateType,
  descriptorPrivilege,
  gateHandler,
  gateHigh,
  gateLow,
  gatePresent,
  gateSelector,
  gateType,
  guestSegmentHigh,
  mayTrapDirectly,
  stubAddress,
  switcherLayout,
  tssHigh,
  tssLow,
} from '../src/index.js';

const hexOf = (word: number) => (word >>> 0).toString(16).padStart(8, '0');

describe('a gate', () => {
  it('has selector and handler where the CPU looks for them', () => {
    expect(hexOf(gateLow(0x61, 0xc0012345))).toBe('00612345');
    expect(hexOf(gateHigh(0xc0012345, GateType.trap, 3))).toBe('c001ef00');
  });

  it('gives back what was put in', () => {
    const low = gateLow(0x50, 0xfff5b400);
    const high = gateHigh(0xfff5b400, GateType.interrupt, 1);
    expect(gateSelector(low)).toBe(0x50);
    expect(gateHandler(low, high)).toBe(0xfff5b400);
    expect(gateType(high)).toBe(GateType.interrupt);
    expect(gatePresent(high)).toBe(true);
    expect(descriptorPrivilege(high)).toBe(1);
  });

  it('is not present when it is zero', () => {
    expect(gatePresent(0)).toBe(false);
  });
});

describe('a segment', () => {
  it('of ring 0 becomes one of ring 1 in a guest, of any ring an accessed one', () => {
    expect(hexOf(guestSegmentHigh(0x00cf9a00))).toBe('00cfbb00');
    expect(hexOf(guestSegmentHigh(0x00cff200))).toBe('00cff300');
  });

  it('of a task state has its base in three pieces', () => {
    expect(hexOf(tssLow(0xfff5d020, 0x67))).toBe('d0200067');
    expect(hexOf(tssHigh(0xfff5d020))).toBe('ff0089f5');
  });
});

describe('traps', () => {
  it('may go directly for 29 of 256 vectors', () => {
    const direct = Array.from({ length: 256 }, (_, vector) => vector).filter(mayTrapDirectly);
    expect(direct).toHaveLength(29);
    expect([7, 13, 14, 31, 32, 255].some((vector) => direct.includes(vector))).toBe(false);
    expect(direct.at(-1)).toBe(128);
  });

  it('have their stubs in the Switcher’s text page, all of it inside', () => {
    const layout = switcherLayout(4);
    expect(stubAddress(layout, 0)).toBe(0xfff5b400);
    expect(stubAddress(layout, 255) + 12).toBe(0xfff5c000);
  });
});
