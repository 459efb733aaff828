// SPDX-License-Identifier: GPL-2.0-or-later
import { COMMON_OPTIONS, FIRST_PID, definePattern } from '../pattern.js';
import { call, clone, exitGroup, pageAddress, schedYield, waitForAny } from '../steps.js';

export const switchRing = definePattern({
  name: 'switch-ring',
  summary: 'Processes that go through a few pages each, and yield after every few accesses.',
  options: {
    ...COMMON_OPTIONS,
    pages: { ...COMMON_OPTIONS.pages, default: 4 },
    accesses: { ...COMMON_OPTIONS.accesses, default: 1000 },
    processes: {
      kind: 'integer',
      min: 1,
      max: 1000,
      default: 16,
      description: 'Processes in the ring.',
    },
    turn: {
      kind: 'integer',
      min: 1,
      max: 1e12,
      default: 16,
      description: 'Accesses between one sched_yield and the next.',
    },
  },
  processes: ({ processes }) => processes,
  *run(scene) {
    const { options, random, out, pid } = scene;
    const { accesses, pages, turn, writeShare } = options;
    const others = pid === FIRST_PID ? options.processes - 1 : 0;
    for (let other = 1; other <= others; other++) yield* call(scene, clone(FIRST_PID + other));
    for (let done = 0; done < accesses; done++) {
      if (done > 0 && done % turn === 0) yield* call(scene, schedYield());
      if (out.full) yield;
      out.access(pageAddress(done % pages), random.chance(writeShare));
    }
    for (let left = others; left > 0; left--) yield* call(scene, waitForAny());
    yield* call(scene, exitGroup());
  },
});
