// SPDX-License-Identifier: GPL-2.0-or-later
import { MemoisedMachine } from '@lguest-sim/bus';
import { setup } from 'xstate';

/** What can happen to a host CPU. */
export type HostCpuEvent =
  /** It comes up, in the host kernel. */
  | { type: 'ONLINE' }
  /** It goes down. */
  | { type: 'OFFLINE' }
  /** The Switcher's `iret`: guest code runs. */
  | { type: 'ENTER' }
  /** A gate of ring 0: the Switcher, and so the host, has it back. */
  | { type: 'TRAP' }
  /** The host has nothing to run. */
  | { type: 'IDLE' }
  /** The host has something to run again. */
  | { type: 'WAKE' };

/** Names of a host CPU's states. */
export type HostCpuState = 'offline' | 'host' | 'guest' | 'halted';

/** Whose code a host CPU executes: the host's, a guest's, or none. */
export const hostCpuMachine = new MemoisedMachine(
  setup({ types: {} as { events: HostCpuEvent } }).createMachine({
    id: 'host-cpu',
    initial: 'offline',
    states: {
      offline: { on: { ONLINE: 'host' } },
      host: { on: { ENTER: 'guest', IDLE: 'halted', OFFLINE: 'offline' } },
      guest: { on: { TRAP: 'host' } },
      halted: { on: { WAKE: 'host', OFFLINE: 'offline' } },
    },
  }),
);
