// SPDX-License-Identifier: GPL-2.0-or-later
import { COMMON_OPTIONS, definePattern } from '../pattern.js';
import { accesses, call, kernelMap, wordIn } from '../steps.js';

export const kernelChurn = definePattern({
  name: 'kernel-churn',
  summary: 'Random accesses, and every so often the kernel maps, uses and unmaps pages of its own.',
  options: {
    ...COMMON_OPTIONS,
    accesses: { ...COMMON_OPTIONS.accesses, default: 10000 },
    every: {
      kind: 'integer',
      min: 1,
      max: 1e12,
      default: 100,
      description: 'Accesses from one mapping to the next.',
    },
    kernelPages: {
      kind: 'integer',
      min: 1,
      max: 256,
      default: 4,
      description: 'Pages that the kernel maps each time.',
    },
    how: {
      kind: 'choice',
      choices: ['vmalloc', 'kmap'],
      default: 'vmalloc',
      description: 'Whether they are mapped in the vmalloc area or one by one in the fixmap.',
    },
  },
  *run(scene) {
    const { pages, every, kernelPages, how } = scene.options;
    for (let left = scene.options.accesses; left > 0; left -= every) {
      yield* call(scene, kernelMap(kernelPages, how));
      yield* accesses(scene, Math.min(every, left), () => wordIn(scene.random.below(pages), scene));
    }
  },
});
