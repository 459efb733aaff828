// SPDX-License-Identifier: GPL-2.0-or-later
import { COMMON_OPTIONS, FIRST_PID, definePattern } from '../pattern.js';
import {
  accessShared,
  call,
  exitGroup,
  fillPages,
  forkAndStore,
  readPages,
  waitForAny,
} from '../steps.js';

export const forkStorm = definePattern({
  name: 'fork-storm',
  summary:
    'Fills its pages and forks many children, which access what it stored; waits for all, and reads all again.',
  options: {
    ...COMMON_OPTIONS,
    pages: { ...COMMON_OPTIONS.pages, default: 16 },
    accesses: {
      ...COMMON_OPTIONS.accesses,
      default: 1000,
      description: 'Accesses that each child makes.',
    },
    children: {
      kind: 'integer',
      min: 1,
      max: 10000,
      default: 16,
      description: 'Children that are forked in all.',
    },
    atOnce: {
      kind: 'integer',
      min: 1,
      max: 10000,
      default: 10000,
      description: 'Children there may be at once; more are forked as others end.',
    },
  },
  processes: ({ children }) => 1 + children,
  *run(scene) {
    const { children, atOnce } = scene.options;
    if (scene.pid === FIRST_PID) {
      yield* fillPages(scene);
      for (let forked = 0; forked < children; forked++) {
        if (forked >= atOnce) yield* call(scene, waitForAny());
        yield* forkAndStore(scene, FIRST_PID + 1 + forked);
      }
      for (let left = Math.min(children, atOnce); left > 0; left--) {
        yield* call(scene, waitForAny());
      }
      yield* readPages(scene);
    } else yield* accessShared(scene, scene.options.accesses);
    yield* call(scene, exitGroup());
  },
});
