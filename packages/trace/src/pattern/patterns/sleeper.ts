// SPDX-License-Identifier: GPL-2.0-or-later
import { COMMON_OPTIONS, definePattern } from '../pattern.js';
import { accesses, call, nanosleep, wordIn } from '../steps.js';

export const sleeper = definePattern({
  name: 'sleeper',
  summary:
    'Random accesses, and every so often a sleep, in which the guest may have nothing to do.',
  options: {
    ...COMMON_OPTIONS,
    accesses: { ...COMMON_OPTIONS.accesses, default: 10000 },
    every: {
      kind: 'integer',
      min: 1,
      max: 1e12,
      default: 1000,
      description: 'Accesses from one sleep to the next.',
    },
    nanoseconds: {
      kind: 'integer',
      min: 1,
      max: 1e12,
      default: 1000000,
      description: 'How long it sleeps, in nanoseconds.',
    },
  },
  *run(scene) {
    const { pages, every, nanoseconds } = scene.options;
    for (let left = scene.options.accesses; left > 0; left -= every) {
      yield* accesses(scene, Math.min(every, left), () => wordIn(scene.random.below(pages), scene));
      if (left > every) yield* call(scene, nanosleep(nanoseconds));
    }
  },
});
