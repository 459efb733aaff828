// SPDX-License-Identifier: GPL-2.0-or-later
import { MachineInstance, reachableStates } from '@lguest-sim/bus';
import { describe, expect, it } from 'vitest';
import { getShortestPaths, getSimplePaths } from 'xstate/graph';
import { hostCpuMachine } from '../src/index.js';

describe('the machine of a host CPU', () => {
  it('has four states, all of which can be reached', () => {
    const reached = getShortestPaths(hostCpuMachine.machine).map((path) =>
      String(path.state.value),
    );
    expect(new Set(reached)).toEqual(new Set(['offline', 'host', 'guest', 'halted']));
    expect(reachableStates(hostCpuMachine)).toEqual(new Set(reached));
  });

  it('enters a guest from the host, and nowhere else', () => {
    const sources = [...reachableStates(hostCpuMachine)].filter((state) =>
      hostCpuMachine.legalEvents(state).includes('ENTER'),
    );
    expect(sources).toEqual(['host']);
  });

  it('leaves a guest by a trap, and no other way', () => {
    expect(hostCpuMachine.legalEvents('guest')).toEqual(['TRAP']);
  });

  it.each(
    getSimplePaths(hostCpuMachine.machine).map((path) => [
      path.steps.map((s): string => s.event.type),
      path,
    ]),
  )('memoised, takes the path %j as xstate does', (events, path) => {
    const instance = new MachineInstance('cpu 0', hostCpuMachine);
    for (const event of events) if (event !== 'xstate.init') instance.send(event);
    expect(instance.state).toBe(path.state.value);
  });

  it.each([
    ['offline', 'ENTER'],
    ['guest', 'IDLE'],
    ['guest', 'OFFLINE'],
    ['halted', 'ENTER'],
    ['host', 'TRAP'],
  ])('has no way from %s by %s', (state, event) => {
    expect(hostCpuMachine.transition(state, event)).toBeUndefined();
  });
});
