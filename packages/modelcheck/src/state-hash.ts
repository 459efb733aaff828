// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * A hash of 64 bits over words: two lanes of 32, which are mixed into each other at each word and
 * stirred at the end.
 *
 * Two of n different states get the same hash with a probability of about n * n / 2^65: for a
 * hundred million states that is one in 3700.
 */
export class StateHash {
  /** The two halves of what `of` found last, signed. */
  low = 0;
  high = 0;

  of(words: Int32Array, length: number): void {
    let a = 0x9e3779b9 ^ length;
    let b = 0x85ebca6b;
    for (let i = 0; i < length; i++) {
      const word = words[i]!;
      a = Math.imul(a ^ word, 0xcc9e2d51);
      a ^= a >>> 15;
      b = Math.imul(((b << 13) | (b >>> 19)) ^ word, 0x1b873593);
      b = (b + a) | 0;
    }
    // Each step, and this, can be undone: nothing of the 64 bits is lost on the way.
    this.low = stir(a ^ Math.imul(b, 0x27d4eb2f));
    this.high = stir(b);
  }
}

/** The last steps of MurmurHash3: every bit reaches every other. */
function stir(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
