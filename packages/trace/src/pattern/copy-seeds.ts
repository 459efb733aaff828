// SPDX-License-Identifier: GPL-2.0-or-later
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/**
 * Seeds for several copies of a pattern, so that each does something else. The first copy keeps the
 * seed; the others have the numbers that a random generator (xoroshiro128+) gives that begins with it.
 *
 * @param seed 0 to 2^32 - 1
 * @param count how many copies
 * @returns as many seeds, each 0 to 2^32 - 1; a smaller count gives the same ones, but fewer
 */
export function copySeeds(seed: number, count: number): number[] {
  const generator = xoroshiro128plus(seed);
  return Array.from({ length: count }, (_, copy) => (copy === 0 ? seed : generator.next() >>> 0));
}
