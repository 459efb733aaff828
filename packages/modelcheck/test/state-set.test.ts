// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Frontier } from '../src/frontier.js';
import { StateHash } from '../src/state-hash.js';
import { StateSet } from '../src/state-set.js';
import { WordList } from '../src/word-list.js';

const listOf = (words: readonly number[]): WordList => {
  const list = new WordList(1);
  for (const word of words) list.push(word);
  return list;
};

describe('a set of hashes', () => {
  it('has what was put in, once, however it grows', () => {
    const word = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer());
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), { maxLength: 200 }), (hashes) => {
        const set = new StateSet(2);
        const expected = new Set<string>();
        for (const [low, high] of hashes) {
          // Zeros and the pair (1, 0) are one: a hash is all zeros once in 2^64.
          const key = low === 0 && high === 0 ? '1 0' : `${low} ${high}`;
          expect(set.add(low, high)).toBe(!expected.has(key));
          expected.add(key);
        }
        expect(set.size).toBe(expected.size);
      }),
    );
  });
});

describe('the hash of a state', () => {
  const hashOf = (words: readonly number[]): string => {
    const hash = new StateHash();
    hash.of(Int32Array.from(words), words.length);
    return `${hash.low} ${hash.high}`;
  };

  it('has no two alike among a hundred thousand states that differ in a few bits', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 100_000; i++) seen.add(hashOf([i & 7, i >> 3, 0, 0, i & 1]));
    expect(seen.size).toBe(100_000);
  });

  it('changes in about half of its bits when one bit of the words does', () => {
    let changed = 0;
    const hash = new StateHash();
    for (let bit = 0; bit < 32; bit++) {
      hash.of(Int32Array.from([5, 6, 7]), 3);
      const { low, high } = hash;
      hash.of(Int32Array.from([5, 6 ^ (1 << bit), 7]), 3);
      changed += bitsOf(low ^ hash.low) + bitsOf(high ^ hash.high);
    }
    expect(changed / 32).toBeGreaterThan(26);
    expect(changed / 32).toBeLessThan(38);
  });
});

describe('a frontier', () => {
  it('gives states back in the order in which they came, over pieces of storage', () => {
    const frontier = new Frontier();
    const states = Array.from({ length: 50 }, (_, i) => new Array<number>(60_000).fill(i));
    for (const state of states) frontier.push(listOf(state));
    for (const state of states) expect([...frontier.shift()!]).toEqual(state);
    expect(frontier.shift()).toBeUndefined();
  });
});

function bitsOf(word: number): number {
  return (word >>> 0).toString(2).replaceAll('0', '').length;
}
