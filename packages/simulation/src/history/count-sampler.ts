// SPDX-License-Identifier: GPL-2.0-or-later
import type { CountSource } from './counters-of-run.js';
import type { IntervalCounts } from './interval-counts.js';

/** Where a count goes: a column of counts over time, and how to read what it is by now. */
interface Reading {
  readonly column: number;
  readonly read: () => number;
  /** What it was when it was read last. */
  last: number;
}

/** Brings the counts of one source into their intervals, whenever it is told what time it is. */
export class CountSampler {
  readonly #counts: IntervalCounts;
  readonly #readings: readonly Reading[];
  /** When something was last counted here, in cycles. */
  #time: number;

  /** @param time when it starts, in cycles: what was counted before that is left out */
  constructor(
    counts: IntervalCounts,
    columns: readonly string[],
    source: CountSource,
    time: number,
  ) {
    this.#counts = counts;
    this.#readings = Object.entries(source).map(([name, read]) => ({
      column: columns.indexOf(name),
      read,
      last: read(),
    }));
    this.#time = time;
  }

  /**
   * Something is about to happen that may be counted. What was counted since the last call happened
   * at that call's time.
   */
  at(time: number): void {
    if (time === this.#time) return;
    const { interval } = this.#counts;
    if (Math.floor(time / interval) !== Math.floor(this.#time / interval)) this.settle();
    this.#time = time;
  }

  /** Puts what was counted since the last call of `at` where it belongs. */
  settle(): void {
    const interval = this.#counts.at(this.#time);
    for (const reading of this.#readings) {
      const value = reading.read();
      if (value === reading.last) continue;
      this.#counts.add(interval, reading.column, value - reading.last);
      reading.last = value;
    }
  }

  /** Nothing was counted up to now; from now on something may be, at an even pace. */
  begin(time: number): void {
    this.#time = time;
  }

  /**
   * What was counted since `begin`, or since the last call of this, was counted at an even pace up to
   * now. Whole numbers go into each interval.
   */
  spread(time: number): void {
    const from = Math.min(this.#time, time);
    const counts = this.#counts;
    // First the last one, which may make the intervals longer.
    const last = counts.at(time);
    const first = counts.at(from);
    for (const reading of this.#readings) {
      const value = reading.read();
      const count = value - reading.last;
      if (count === 0) continue;
      reading.last = value;
      if (first === last) counts.add(first, reading.column, count);
      else this.#distribute(reading.column, count, from, time);
    }
    this.#time = time;
  }

  #distribute(column: number, count: number, from: number, to: number): void {
    const counts = this.#counts;
    const { interval } = counts;
    const last = Math.floor(to / interval);
    let done = 0;
    for (let index = Math.floor(from / interval); index <= last; index++) {
      const edge = Math.min(to, (index + 1) * interval);
      const upTo = Math.floor((count * (edge - from)) / (to - from));
      counts.add(index, column, upTo - done);
      done = upTo;
    }
  }
}
