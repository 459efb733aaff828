// SPDX-License-Identifier: GPL-2.0-or-later
import { MemoisedMachine } from '@lguest-sim/bus';
import { setup } from 'xstate';

/** What happens to a run, as its machine sees it. */
export type RunEvent =
  | { type: 'START' }
  | { type: 'PAUSE' }
  | { type: 'RESUME' }
  | { type: 'FINISH' }
  | { type: 'FAIL' };

/** A whole run: ready, running, paused, finished, failed. */
export const runMachine = new MemoisedMachine(
  setup({ types: { events: {} as RunEvent } }).createMachine({
    id: 'run',
    initial: 'ready',
    states: {
      ready: { on: { START: 'running' } },
      running: { on: { PAUSE: 'paused', FINISH: 'finished', FAIL: 'failed' } },
      paused: { on: { RESUME: 'running', FAIL: 'failed' } },
      finished: { type: 'final' },
      failed: { type: 'final' },
    },
  }),
);
