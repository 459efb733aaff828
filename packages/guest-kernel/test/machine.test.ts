// SPDX-License-Identifier: GPL-2.0-or-later
import { MachineInstance, reachableStates } from '@lguest-sim/bus';
import { describe, expect, it } from 'vitest';
import { getShortestPaths } from 'xstate/graph';
import { guestKernelMachine } from '../src/index.js';

interface Path {
  readonly state: { readonly value: string };
  readonly steps: readonly { readonly event: { readonly type: string } }[];
}

const paths = getShortestPaths(guestKernelMachine.machine) as unknown as Path[];

describe('the machine of a guest kernel', () => {
  it('knows booting, kernel, user, halted, panicked and off, and reaches them all', () => {
    const states = ['booting', 'halted', 'kernel', 'off', 'panicked', 'user'];
    expect(paths.map(({ state }) => state.value).sort()).toEqual(states);
    expect([...reachableStates(guestKernelMachine)].sort()).toEqual(states);
  });

  it.each(paths.map((path) => [path.state.value, path] as const))(
    'is in %s after the events that lead there, memoised or not',
    (state, path) => {
      const instance = new MachineInstance('guest kernel 0', guestKernelMachine);
      for (const { event } of path.steps.slice(1)) instance.send(event.type);
      expect(instance.state).toBe(state);
    },
  );

  it('can die in every state but the one in which it is dead', () => {
    for (const state of reachableStates(guestKernelMachine)) {
      const dies = guestKernelMachine.legalEvents(state).includes('DIE');
      expect(dies).toBe(state !== 'off');
    }
  });

  it('goes on after HALT without a trap, when an interrupt woke it that it has no gate for', () => {
    for (const event of ['RETURN', 'HALT']) {
      const instance = new MachineInstance('guest kernel 0', guestKernelMachine);
      for (const before of ['BOOTED', 'HALT']) instance.send(before);
      expect(() => instance.send(event)).not.toThrow();
    }
  });

  it('does not return to a process twice, nor before it is booted', () => {
    const instance = new MachineInstance('guest kernel 0', guestKernelMachine);
    expect(() => instance.send('RETURN')).toThrow(
      'guest kernel 0: event RETURN is illegal in state booting; legal: BOOTED, TRAP, PANIC, DIE',
    );
    instance.send('BOOTED');
    instance.send('RETURN');
    expect(() => instance.send('RETURN')).toThrow('illegal in state user');
  });
});
