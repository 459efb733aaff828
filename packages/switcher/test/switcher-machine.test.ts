// SPDX-License-Identifier: GPL-2.0-or-later
import { reachableStates } from '@lguest-sim/bus';
import { describe, expect, it } from 'vitest';
import { getShortestPaths } from 'xstate/graph';
import { switcherMachine } from '../src/index.js';

describe('the Switcher’s machine', () => {
  it('has two sides, each one event from the other', () => {
    const paths = getShortestPaths(switcherMachine.machine);
    const summary = paths.map((path) => [path.state.value, path.steps.length - 1]);
    expect(summary).toEqual([
      ['inHost', 0],
      ['inGuest', 1],
    ]);
  });

  it('is the same when memoised', () => {
    expect([...reachableStates(switcherMachine)]).toEqual(['inHost', 'inGuest']);
    expect(switcherMachine.transition('inGuest', 'ENTER')).toBeUndefined();
    expect(switcherMachine.transition('inGuest', 'EXIT')).toBe('inHost');
  });
});
