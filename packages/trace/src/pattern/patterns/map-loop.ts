// SPDX-License-Identifier: GPL-2.0-or-later
import { COMMON_OPTIONS, definePattern } from '../pattern.js';
import { call, mmap, munmap, pageAfterPage } from '../steps.js';

export const mapLoop = definePattern({
  name: 'map-loop',
  summary: 'Maps its pages, accesses them page after page, unmaps them, and begins again.',
  options: {
    ...COMMON_OPTIONS,
    accesses: { ...COMMON_OPTIONS.accesses, default: 10000 },
    touches: {
      kind: 'integer',
      min: 1,
      max: 1e12,
      default: 64,
      description: 'Accesses between a mapping and its end.',
    },
  },
  *run(scene) {
    const { pages, touches } = scene.options;
    for (let left = scene.options.accesses; left > 0; left -= touches) {
      yield* call(scene, mmap(pages));
      yield* pageAfterPage(scene, Math.min(touches, left));
      yield* call(scene, munmap(pages));
    }
  },
});
