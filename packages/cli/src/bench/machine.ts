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

/**
 * What the machine itself does to a piece of work of two microseconds: how fast it is just now, and
 * how much longer than usual one time in a hundred takes. No other figure can be steadier than that.
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
];
