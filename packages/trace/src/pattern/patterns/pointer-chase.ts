// SPDX-License-Identifier: GPL-2.0-or-later
import { COMMON_OPTIONS, definePattern } from '../pattern.js';
import type { PatternRandom } from '../pattern-random.js';
import { accesses, wordIn } from '../steps.js';

export const pointerChase = definePattern({
  name: 'pointer-chase',
  summary: 'Follows pointers in one random circle through all its pages, one word in each.',
  options: COMMON_OPTIONS,
  *run(scene) {
    const { pages } = scene.options;
    const next = circle(pages, scene.random);
    const words = Uint32Array.from({ length: pages }, (_, page) => wordIn(page, scene));
    let page = 0;
    yield* accesses(scene, scene.options.accesses, () => {
      const address = words[page]!;
      page = next[page]!;
      return address;
    });
  },
});

/** A permutation that is one circle (Sattolo): where to go from each number below `count`. */
function circle(count: number, chance: PatternRandom): Uint32Array {
  const next = Uint32Array.from({ length: count }, (_, at) => at);
  for (let at = count - 1; at > 0; at--) {
    const other = chance.below(at);
    [next[at], next[other]] = [next[other]!, next[at]!];
  }
  return next;
}
