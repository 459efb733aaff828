// SPDX-License-Identifier: GPL-2.0-or-later
import { reachableStates } from '@lguest-sim/bus';
import { describe, expect, test } from 'vitest';
import { getShortestPaths } from 'xstate/graph';
import { guestMachine, slotMachine } from '../src/index.js';

describe('the machine of a guest', () => {
  test('reaches linear, paged and dead, each by the shortest way', () => {
    const paths = getShortestPaths(guestMachine.machine);
    const ways = paths.map(({ state, steps }) => [
      (state as { value: string }).value,
      steps.slice(1).map(({ event }) => event.type),
    ]);
    expect(ways).toEqual([
      ['linear', []],
      ['paged', ['new-pagetable']],
      ['dead', ['free-pagetable']],
    ]);
  });

  test('never goes back to linear, and ends dead', () => {
    expect([...reachableStates(guestMachine)].sort()).toEqual(['dead', 'linear', 'paged']);
    for (const event of guestMachine.legalEvents('paged')) {
      expect(guestMachine.transition('paged', event)).not.toBe('linear');
    }
    expect(guestMachine.legalEvents('dead')).toEqual([]);
  });

  test('lets a guest be made only while it is linear', () => {
    expect(guestMachine.transition('linear', 'init-pagetable')).toBe('linear');
    expect(guestMachine.transition('paged', 'init-pagetable')).toBeUndefined();
  });
});

describe('the machine of a slot', () => {
  test('reaches empty, shadowing and mapped', () => {
    expect([...reachableStates(slotMachine)].sort()).toEqual(['empty', 'mapped', 'shadowing']);
  });

  test('shows a host CPU’s pages only in a slot that shadows a table', () => {
    expect(slotMachine.transition('empty', 'map')).toBeUndefined();
    expect(slotMachine.transition('shadowing', 'map')).toBe('mapped');
    expect(slotMachine.transition('mapped', 'map')).toBe('mapped');
  });

  test('forgets the host CPU when another table takes the slot', () => {
    expect(slotMachine.transition('mapped', 'take')).toBe('shadowing');
  });
});
