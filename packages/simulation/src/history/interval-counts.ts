// SPDX-License-Identifier: GPL-2.0-or-later

/** How fine counts over time are to be. */
export interface IntervalOptions {
  /** Cycles of virtual time in an interval, at first. */
  readonly interval: number;
  /** Most intervals; even. Beyond them each two are made one, and the interval is twice as long. */
  readonly most: number;
}

/**
 * Counts in each interval of virtual time, one column for each count. Memory is bounded: when there
 * are too many intervals, each two become one. What is added is never lost, so that a column's sum is
 * all that was ever added to it.
 */
export class IntervalCounts {
  readonly columns: number;
  readonly #most: number;
  #interval: number;
  #used = 0;
  /** Row after row. */
  #counts: Float64Array;

  constructor(columns: number, { interval, most }: IntervalOptions) {
    this.columns = columns;
    this.#interval = interval;
    this.#most = most;
    this.#counts = new Float64Array(columns * Math.min(most, 64));
  }

  /** Cycles in an interval. */
  get interval(): number {
    return this.#interval;
  }

  /** Intervals so far, up to the last one that was asked for. */
  get length(): number {
    return this.#used;
  }

  /** The interval that a time is in; makes it exist. @param time in cycles */
  at(time: number): number {
    let index = Math.floor(time / this.#interval);
    while (index >= this.#most) {
      this.#halve();
      index = Math.floor(time / this.#interval);
    }
    if (index >= this.#used) this.#extend(index + 1);
    return index;
  }

  /** Adds to a count. @param interval as `at` returned it, with no call of `at` in between */
  add(interval: number, column: number, count: number): void {
    this.#counts[interval * this.columns + column]! += count;
  }

  /** A count. */
  get(interval: number, column: number): number {
    return this.#counts[interval * this.columns + column]!;
  }

  /** A column, one number for each interval. */
  column(column: number): number[] {
    return Array.from({ length: this.#used }, (_, interval) => this.get(interval, column));
  }

  #extend(used: number): void {
    this.#used = used;
    if (used * this.columns <= this.#counts.length) return;
    const rows = Math.min(this.#most, Math.max(used, (2 * this.#counts.length) / this.columns));
    const counts = new Float64Array(Math.ceil(rows) * this.columns);
    counts.set(this.#counts);
    this.#counts = counts;
  }

  #halve(): void {
    const { columns } = this;
    const counts = this.#counts;
    const used = Math.ceil(this.#used / 2);
    for (let interval = 0; interval < used; interval++) {
      for (let column = 0; column < columns; column++) {
        const from = 2 * interval * columns + column;
        const second = 2 * interval + 1 < this.#used ? counts[from + columns]! : 0;
        counts[interval * columns + column] = counts[from]! + second;
      }
    }
    counts.fill(0, used * columns);
    this.#used = used;
    this.#interval *= 2;
  }
}
