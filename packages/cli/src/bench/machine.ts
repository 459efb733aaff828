// SPDX-License-Identifier: GPL-2.0-or-later
import type { Benchmark } from './benchmark.js';
import { nanosecondsAt } from './quantile.js';

/** Each of them needs the one before: together some two microseconds of a quiet machine's. */
const MULTIPLICATIONS = 1400;
const TIMES = 100_000;

/** Times of something that needs neither memory nor this project's code, in milliseconds. */
function multiply(): number[] {
  const times: number[] = [];
  // Never 0, and asked for in the end: so nobody can leave the multiplications out.
  let product = 1;
  for (let time = 0; time < TIMES; time++) {
    const before = performance.now();
    for (let i = 0; i < MULTIPLICATIONS; i++) product = Math.imul(product, 1_664_525) | 1;
    times.push(performance.now() - before);
  }
  return product === 0 ? [] : times;
}

const ROUNDS = 1000;
const WORDS = 1024;

/**
 * Times of loads, stores and additions that do not wait for each other, in milliseconds. They need all
 * that a core can do at a time: where another program has the core's other thread, they take twice as
 * long, and multiplications that wait for each other do not.
 */
function addUp(): number[] {
  const times: number[] = [];
  const words = new Int32Array(4 * WORDS);
  let sum = 0;
  for (let time = 0; time < TIMES; time++) {
    const before = performance.now();
    let [a, b, c, d] = [sum, 1, 2, 3];
    for (let round = 0; round < ROUNDS; round++) {
      const at = round % WORDS;
      a = (a + words[at]!) | 0;
      b = (b ^ words[at + WORDS]!) | 0;
      c = (c + (words[at + 2 * WORDS]! << 1)) | 0;
      d = (d - words[at + 3 * WORDS]!) | 0;
      words[at] = (b >>> 3) ^ c;
    }
    sum = a ^ b ^ c ^ d;
    times.push(performance.now() - before);
  }
  return Number.isNaN(sum) ? [] : times;
}

/**
 * What the machine itself does to a piece of work of two microseconds: how fast it is just now, how
 * much longer than usual one time in a hundred takes, and whether the core is shared just now. No
 * other figure can be steadier than that.
 */
export const machine: readonly Benchmark[] = [
  {
    name: 'machine',
    title: '1,400 multiplications, one after the other, median',
    unit: 'ns',
    measure: () => Promise.resolve(nanosecondsAt(multiply(), 0.5)),
  },
  {
    name: 'machine-99',
    title: 'the same, 99 %',
    unit: 'ns',
    measure: () => Promise.resolve(nanosecondsAt(multiply(), 0.99)),
  },
  {
    name: 'machine-wide',
    title: '1,000 rounds of additions that do not wait for each other, median',
    unit: 'ns',
    measure: () => Promise.resolve(nanosecondsAt(addUp(), 0.5)),
  },
];
