// SPDX-License-Identifier: GPL-2.0-or-later
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** Seeded random numbers whose state is data: two with the same state give the same. */
export class Numbers {
  #generator;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  get state(): readonly number[] {
    return this.#generator.getState();
  }

  set state(state: readonly number[]) {
    this.#generator = xoroshiro128plusFromState(state);
  }

  /** The next number, unsigned, 32 bits. */
  readonly next = (): number => this.#generator.next() >>> 0;

  /** A whole number below `count`. */
  below(count: number): number {
    return uniformInt(this.#generator, 0, count - 1);
  }
}
