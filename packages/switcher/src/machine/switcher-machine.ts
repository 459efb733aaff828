// SPDX-License-Identifier: GPL-2.0-or-later
import { MemoisedMachine } from '@lguest-sim/bus';
import { setup } from 'xstate';

/** A guest is entered, or left. */
export type SwitcherEvent = { type: 'ENTER' } | { type: 'EXIT' };

/** Which side of the Switcher a host CPU is on. */
export const switcherMachine = new MemoisedMachine(
  setup({ types: { events: {} as SwitcherEvent } }).createMachine({
    id: 'switcher',
    initial: 'inHost',
    states: {
      // The host's CR3 is loaded.
      inHost: { on: { ENTER: 'inGuest' } },
      // A guest's CR3 is loaded: its code runs, or a trap is on its way out.
      inGuest: { on: { EXIT: 'inHost' } },
    },
  }),
);
