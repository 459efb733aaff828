// SPDX-License-Identifier: GPL-2.0-or-later

/** Words that are looked at in one go: most of a table is empty. */
export const STRIDE = 8;

/** Whether a stride of words is all zeros. */
export function isEmpty(words: Int32Array, i: number): boolean {
  const some = words[i]! | words[i + 1]! | words[i + 2]! | words[i + 3]!;
  return (some | words[i + 4]! | words[i + 5]! | words[i + 6]! | words[i + 7]!) === 0;
}

/**
 * The same by pairs of words, which is more than twice as fast: to look through tables is most of what
 * an exploration does.
 *
 * A pair whose one bit is its highest counts as empty: it is minus zero. No table has such a pair unless
 * as a stray, and those are looked for word by word.
 *
 * @param pairs the same memory as numbers of 64 bits
 * @param i index of the first word
 */
export function arePairsEmpty(pairs: Float64Array, i: number): boolean {
  const first = i >>> 1;
  return (
    pairs[first] === 0 && pairs[first + 1] === 0 && pairs[first + 2] === 0 && pairs[first + 3] === 0
  );
}
