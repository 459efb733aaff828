// SPDX-License-Identifier: GPL-2.0-or-later
import { MemoisedMachine } from '@lguest-sim/bus';
import { setup } from 'xstate';

/** What happens to a slot. */
export type SlotEvent = { type: 'take' | 'map' | 'unmap' | 'free' };

/**
 * One of a guest's cached top-level shadow tables.
 *
 * - `empty`: never used, it has no top page;
 * - `shadowing`: it shadows a guest's table, and it is not known whose host CPU's pages are in it;
 * - `mapped`: it shows the pages of one host CPU (which one is data, and the core's).
 *
 * `take` puts a guest's table in the slot; `map` shows a host CPU's pages, perhaps in place of
 * another's; `unmap` forgets whose they are; `free` ends the guest.
 */
export const slotMachine = new MemoisedMachine(
  setup({ types: {} as { events: SlotEvent } }).createMachine({
    id: 'mmu slot',
    initial: 'empty',
    states: {
      empty: { on: { take: 'shadowing' } },
      shadowing: { on: { take: {}, map: 'mapped', free: 'empty' } },
      mapped: { on: { take: 'shadowing', map: {}, unmap: 'shadowing', free: 'empty' } },
    },
  }),
);
