// SPDX-License-Identifier: GPL-2.0-or-later
import { reachableStates } from '@lguest-sim/bus';
import { describe, expect, it } from 'vitest';
import { getShortestPaths } from 'xstate/graph';
import { vcpuMachine } from '../src/index.js';

describe('the vCPU’s machine', () => {
  const paths = getShortestPaths(vcpuMachine.machine);
  const shortest = new Map(
    paths.map((path) => [
      path.state.value as string,
      path.steps.slice(1).map((step) => step.event.type),
    ]),
  );

  it('reaches each of its states, and these are the shortest ways', () => {
    expect(Object.fromEntries(shortest)).toEqual({
      unborn: [],
      waiting: ['INITIALIZE'],
      runnable: ['INITIALIZE', 'READY'],
      entered: ['INITIALIZE', 'ENTER'],
      halted: ['INITIALIZE', 'HALT'],
      dying: ['INITIALIZE', 'DIE'],
      dead: ['INITIALIZE', 'DIE', 'ANSWER'],
    });
  });

  it('is the same when memoised', () => {
    expect([...reachableStates(vcpuMachine)].sort()).toEqual([...shortest.keys()].sort());
  });

  it('has no way from dying or dead into the guest', () => {
    const fromDying = new Set(['dying']);
    for (const state of fromDying) {
      for (const event of vcpuMachine.legalEvents(state)) {
        fromDying.add(vcpuMachine.transition(state, event)!);
      }
    }
    expect([...fromDying]).toEqual(['dying', 'dead']);
  });

  it('leaves the guest only through an exit', () => {
    expect(vcpuMachine.legalEvents('entered')).toEqual(['EXIT']);
  });
});
