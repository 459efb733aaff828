// SPDX-License-Identifier: GPL-2.0-or-later
import { MemoisedMachine } from '@lguest-sim/bus';
import { setup } from 'xstate';

/** A request that leaves the guest in the mode it is in. */
export type StayingRequest =
  | 'guest-data-init'
  | 'demand-page'
  | 'pin-stack'
  | 'flush-tlb'
  | 'set-stack'
  | 'set-pte'
  | 'set-pgd'
  | 'set-pmd'
  | 'map-switcher';

/** What happens to a guest's shadow MMU: the topics of the requests it gets. */
export type GuestEvent = {
  type: 'init-pagetable' | 'new-pagetable' | 'free-pagetable' | StayingRequest;
};

const staying: Readonly<Record<StayingRequest, object>> = {
  'guest-data-init': {},
  'demand-page': {},
  'pin-stack': {},
  'flush-tlb': {},
  'set-stack': {},
  'set-pte': {},
  'set-pgd': {},
  'set-pmd': {},
  'map-switcher': {},
};

/**
 * How a guest's memory is mapped.
 *
 * - `linear`: the guest has no tables yet, and memory is mapped one to one;
 * - `paged`: it has named a table, and its tables are shadowed, for good;
 * - `dead`: its shadow tables were freed; any further request is an error.
 *
 * The mode is vCPU 0's, on which a guest starts: it alone is ever in linear mode.
 */
export const guestMachine = new MemoisedMachine(
  setup({ types: {} as { events: GuestEvent } }).createMachine({
    id: 'mmu guest',
    initial: 'linear',
    states: {
      linear: {
        on: {
          ...staying,
          'init-pagetable': {},
          'new-pagetable': 'paged',
          'free-pagetable': 'dead',
        },
      },
      paged: {
        on: {
          ...staying,
          'new-pagetable': {},
          'free-pagetable': 'dead',
        },
      },
      dead: {},
    },
  }),
);
