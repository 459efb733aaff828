// SPDX-License-Identifier: GPL-2.0-or-later

/** A stretch of virtual time in which something was the same. */
export interface Span<Value> {
  /** Cycles; it does not include its end. */
  readonly from: number;
  /** First cycle behind it. */
  readonly to: number;
  /** What was so. */
  readonly value: Value;
  /** Stretches that were too short to be kept apart, and were made one; as a rule 1. */
  readonly parts: number;
}

interface OpenSpan<Value> {
  from: number;
  to: number;
  value: Value;
  parts: number;
  /** How long the longest part was: it lends the span its value. */
  longest: number;
}

/** Resolution that spans begin with when there are too many, in cycles. */
const FIRST_RESOLUTION = 1024;

/**
 * What was the case over virtual time, in several lanes. Memory is bounded: when there are too many
 * spans, neighbours that are short are made one, with the value of the longest of them.
 */
export class Spans<Value> {
  readonly #lanes: OpenSpan<Value>[][];
  /** What each lane is at, if anything, and since when. */
  readonly #current: ({ value: Value; since: number } | undefined)[];
  readonly #most: number;
  #count = 0;
  #resolution = 0;

  /** @param most spans in all lanes together */
  constructor(lanes: number, most: number) {
    this.#lanes = Array.from({ length: lanes }, () => []);
    this.#current = new Array<undefined>(lanes).fill(undefined);
    this.#most = most;
  }

  /** Spans shorter than this may have been made one with their neighbours; 0 for none. In cycles. */
  get resolution(): number {
    return this.#resolution;
  }

  /** What a lane is at. */
  current(lane: number): Value | undefined {
    return this.#current[lane]?.value;
  }

  /** From a time on, a lane has another value; undefined for none. */
  change(lane: number, time: number, value: Value | undefined): void {
    const current = this.#current[lane];
    if (current !== undefined && time > current.since) this.#add(lane, current, time);
    this.#current[lane] = value === undefined ? undefined : { value, since: time };
  }

  /** The spans of every lane, those included that go on. @param end of the last ones, in cycles */
  list(end: number): Span<Value>[][] {
    return this.#lanes.map((spans, lane) => {
      const current = this.#current[lane];
      const listed = spans.map(({ from, to, value, parts }) => ({ from, to, value, parts }));
      if (current === undefined || current.since >= end) return listed;
      return [...listed, { from: current.since, to: end, value: current.value, parts: 1 }];
    });
  }

  #add(lane: number, { value, since }: { value: Value; since: number }, to: number): void {
    const spans = this.#lanes[lane]!;
    const span = { from: since, to, value, parts: 1, longest: to - since };
    if (this.#joins(spans.at(-1), span)) return;
    spans.push(span);
    this.#count++;
    while (this.#count > this.#most) this.#coarsen();
  }

  /** Makes a short span one with a short one before it. */
  #joins(last: OpenSpan<Value> | undefined, span: OpenSpan<Value>): boolean {
    if (last?.to !== span.from) return false;
    if (span.to - last.from > this.#resolution) return false;
    last.to = span.to;
    last.parts += span.parts;
    if (span.longest > last.longest) {
      last.longest = span.longest;
      last.value = span.value;
    }
    return true;
  }

  #coarsen(): void {
    this.#resolution = Math.max(FIRST_RESOLUTION, this.#resolution * 2);
    this.#count = 0;
    for (const [lane, spans] of this.#lanes.entries()) {
      const kept: OpenSpan<Value>[] = [];
      for (const span of spans) if (!this.#joins(kept.at(-1), span)) kept.push(span);
      this.#lanes[lane] = kept;
      this.#count += kept.length;
    }
  }
}
