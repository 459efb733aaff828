// SPDX-License-Identifier: GPL-2.0-or-later
import { IntervalCounts, type IntervalOptions } from './interval-counts.js';

/** Neighbouring pages, and how often they were seen in each interval. */
export interface HeatRow {
  /** Number of the first page: its address divided by 4096. */
  readonly page: number;
  /** For each interval how often one of its pages was among those used. */
  readonly counts: readonly number[];
}

/** Which pages were in use when. */
export interface HeatDocument {
  /** Cycles in an interval. */
  readonly interval: number;
  /** Pages in a row, a power of two. */
  readonly pagesPerRow: number;
  /** In order of their addresses; a row in which nothing was seen is left out. */
  readonly rows: readonly HeatRow[];
}

/**
 * Which pages were seen when. Memory is bounded: with too many pages each two neighbours make one
 * row, with too many intervals each two make one.
 */
export class PageHeat {
  readonly #times: IntervalOptions;
  readonly #mostRows: number;
  #shift = 0;
  #rows = new Map<number, IntervalCounts>();

  constructor(times: IntervalOptions, mostRows: number) {
    this.#times = times;
    this.#mostRows = mostRows;
  }

  /** A page was seen. @param page its number @param time in cycles */
  see(page: number, time: number): void {
    const counts = this.#row(page);
    counts.add(counts.at(time), 0, 1);
  }

  /** What was seen. @param end of the last interval, in cycles */
  document(end: number): HeatDocument {
    const rows = [...this.#rows].sort(([a], [b]) => a - b);
    // All rows get the length, and so the interval, of the one that needs the longest.
    for (const [, counts] of rows) counts.at(Math.max(0, end - 1));
    return {
      interval: rows[0]?.[1].interval ?? this.#times.interval,
      pagesPerRow: 2 ** this.#shift,
      rows: rows.map(([row, counts]) => ({
        page: row * 2 ** this.#shift,
        counts: counts.column(0),
      })),
    };
  }

  #row(page: number): IntervalCounts {
    for (;;) {
      const number = page >>> this.#shift;
      const row = this.#rows.get(number);
      if (row !== undefined) return row;
      if (this.#rows.size < this.#mostRows) {
        const added = new IntervalCounts(1, this.#times);
        this.#rows.set(number, added);
        return added;
      }
      this.#halve();
    }
  }

  #halve(): void {
    const rows = new Map<number, IntervalCounts>();
    for (const [number, counts] of this.#rows) {
      const half = number >>> 1;
      const other = rows.get(half);
      if (other === undefined) rows.set(half, counts);
      else merge(other, counts);
    }
    this.#rows = rows;
    this.#shift++;
  }
}

function merge(into: IntervalCounts, from: IntervalCounts): void {
  for (let interval = 0; interval < from.length; interval++) {
    // The other may have longer intervals by now, or get them on the way.
    into.add(into.at(interval * from.interval), 0, from.get(interval, 0));
  }
}
