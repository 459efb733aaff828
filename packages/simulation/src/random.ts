// SPDX-License-Identifier: GPL-2.0-or-later
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** The run's only source of randomness: seeded, and its state is data. */
export class Random {
  private generator;

  constructor(seed: number) {
    this.generator = xoroshiro128plus(seed);
  }

  /** The next number, unsigned, 32 bits; what the original asks of `prandom_u32`. */
  readonly next = (): number => this.generator.next() >>> 0;

  snapshot(): readonly number[] {
    return this.generator.getState();
  }

  restore(state: readonly number[]): void {
    this.generator = xoroshiro128plusFromState(state);
  }
}
