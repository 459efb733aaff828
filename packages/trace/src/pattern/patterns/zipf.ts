// SPDX-License-Identifier: GPL-2.0-or-later
import { COMMON_OPTIONS, definePattern } from '../pattern.js';
import type { PatternRandom } from '../pattern-random.js';
import { accesses, wordIn } from '../steps.js';

export const zipf = definePattern({
  name: 'zipf',
  summary:
    'Accesses few of its pages often and many seldom: the page of rank r in proportion to 1 / r^skew.',
  options: {
    ...COMMON_OPTIONS,
    skew: {
      kind: 'number',
      min: 0,
      max: 8,
      default: 1,
      description: 'How unequal the pages are; 0 makes all alike.',
    },
  },
  *run(scene) {
    const { pages, skew } = scene.options;
    const pageOfRank = shuffled(pages, scene.random);
    const upTo = cumulativeShares(pages, skew);
    yield* accesses(scene, scene.options.accesses, () => {
      const rank = firstAbove(upTo, scene.random.fraction());
      return wordIn(pageOfRank[rank]!, scene);
    });
  },
});

/** At each rank, from 0: the share of accesses that go to this rank or a lower one. */
function cumulativeShares(count: number, skew: number): Float64Array {
  const upTo = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank++) {
    sum += (rank + 1) ** -skew;
    upTo[rank] = sum;
  }
  return upTo.map((share) => share / sum);
}

/** Index of the first value above `share`; the last one, where rounding leaves none. */
function firstAbove(values: Float64Array, share: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! > share) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The numbers below `count`, in any order (Fisher and Yates). */
function shuffled(count: number, chance: PatternRandom): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, at) => at);
  for (let at = count - 1; at > 0; at--) {
    const other = chance.below(at + 1);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}
