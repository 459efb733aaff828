// SPDX-License-Identifier: GPL-2.0-or-later
import { MemoisedMachine } from '@lguest-sim/bus';
import { setup } from 'xstate';

/** What happens to a vCPU, as its machine sees it. */
export type VcpuEvent =
  | { type: 'INITIALIZE' }
  | { type: 'RUN' }
  | { type: 'EXIT' }
  | { type: 'ANSWER' }
  | { type: 'READY' }
  | { type: 'ENTER' }
  | { type: 'HALT' }
  | { type: 'WAKE' }
  | { type: 'DIE' };

/** One vCPU as its host sees it. */
export const vcpuMachine = new MemoisedMachine(
  setup({ types: { events: {} as VcpuEvent } }).createMachine({
    id: 'vcpu',
    initial: 'unborn',
    states: {
      // Before LHREQ_INITIALIZE.
      unborn: { on: { INITIALIZE: 'waiting' } },
      // The host scheduler decides when it runs.
      runnable: { on: { RUN: 'waiting' } },
      // In the host's run loop, which waits for an answer of the shadow MMU.
      waiting: {
        on: {
          ANSWER: 'waiting',
          ENTER: 'entered',
          READY: 'runnable',
          HALT: 'halted',
          DIE: 'dying',
        },
      },
      // The guest's code runs.
      entered: { on: { EXIT: 'waiting' } },
      // Asleep until an interrupt.
      halted: { on: { WAKE: 'runnable' } },
      // Never entered again; the shadow MMU gives its pages back.
      dying: { on: { ANSWER: 'dead' } },
      dead: { type: 'final' },
    },
  }),
);
