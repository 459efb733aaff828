// SPDX-License-Identifier: GPL-2.0-or-later

/** Random numbers (xorshift) whose state is a number: two with the same state give the same. */
export class Numbers {
  /** Not 0. */
  state: number;

  constructor(seed: number) {
    this.state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  }

  /** The next number, unsigned, 32 bits. */
  readonly next = (): number => {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return this.state;
  };

  /** A whole number below `count`. */
  below(count: number): number {
    return this.next() % count;
  }
}
