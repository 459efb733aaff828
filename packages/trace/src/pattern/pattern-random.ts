// SPDX-License-Identifier: GPL-2.0-or-later
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

const TWO_TO_32 = 2 ** 32;

/** Odd, so that no two processes have the same numbers. */
const PROCESS_STEP = 0x9e3779b1;

/** The random numbers of one process of a pattern. */
export class PatternRandom {
  readonly #generator;

  constructor(seed: number, pid: number) {
    this.#generator = xoroshiro128plus(seed ^ Math.imul(pid, PROCESS_STEP));
  }

  /** A whole number from 0 to `count - 1`, each as likely. */
  below(count: number): number {
    return uniformInt(this.#generator, 0, count - 1);
  }

  /** A number from 0 to 1, 1 excluded, in steps of 2^-32. */
  fraction(): number {
    return (this.#generator.next() >>> 0) / TWO_TO_32;
  }

  /** Whether something happens that happens with this share, from 0 (never) to 1 (always). */
  chance(share: number): boolean {
    return this.fraction() < share;
  }
}
