// SPDX-License-Identifier: GPL-2.0-or-later
import { COMMON_OPTIONS, definePattern } from '../pattern.js';
import { accesses, wordIn } from '../steps.js';

export const random = definePattern({
  name: 'random',
  summary: 'Accesses any word of any of its pages, each as likely.',
  options: COMMON_OPTIONS,
  *run(scene) {
    const { pages } = scene.options;
    yield* accesses(scene, scene.options.accesses, () => wordIn(scene.random.below(pages), scene));
  },
});
