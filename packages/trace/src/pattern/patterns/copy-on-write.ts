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

export const copyOnWrite = definePattern({
  name: 'copy-on-write',
  summary:
    'Fills its pages and forks; then parent and children access what it stored, and it reads all again.',
  options: {
    ...COMMON_OPTIONS,
    accesses: {
      ...COMMON_OPTIONS.accesses,
      default: 10000,
      description: 'Accesses that the parent and each child make after the forks.',
    },
    children: {
      kind: 'integer',
      min: 1,
      max: 1000,
      default: 1,
      description: 'Children that are forked.',
    },
  },
  processes: ({ children }) => 1 + children,
  *run(scene) {
    const { children } = scene.options;
    const isParent = scene.pid === FIRST_PID;
    if (isParent) {
      yield* fillPages(scene);
      for (let child = 1; child <= children; child++) {
        yield* forkAndStore(scene, FIRST_PID + child);
      }
    }
    yield* accessShared(scene, scene.options.accesses);
    if (isParent) {
      for (let left = children; left > 0; left--) yield* call(scene, waitForAny());
      yield* readPages(scene);
    }
    yield* call(scene, exitGroup());
  },
});
