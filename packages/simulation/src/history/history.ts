// SPDX-License-Identifier: GPL-2.0-or-later
import type { Envelope } from '@lguest-sim/bus';
import type { RunParts } from '../run-parts.js';
import { CpuTimeline, type CpuTimelineDocument } from './cpu-timeline.js';
import type { HeatDocument } from './page-heat.js';
import { Series, type SeriesDocument } from './series.js';
import { SlotTimeline, type SlotTimelineDocument } from './slot-timeline.js';
import { TouchedPages } from './touched-pages.js';

/** What happened when, as plain data of bounded size. */
export interface HistoryDocument {
  /** Virtual time at the end, in cycles. */
  readonly end: number;
  /** Counts in intervals. */
  readonly series: SeriesDocument;
  /** What ran where. */
  readonly timeline: CpuTimelineDocument;
  /** For each guest, up to `MOST_GUESTS` of them. */
  readonly slots: readonly SlotTimelineDocument[];
  /** Which pages were used when. */
  readonly heat: HeatDocument;
}

/** Intervals of the counts; a screen is not much wider. */
const TIMES = { interval: 256, most: 1024 };
const MOST_CPU_SPANS = 8192;
const MOST_SLOT_SPANS = 8192;
/** Guests of which the slots are followed. */
export const MOST_GUESTS = 32;

/** Notes what happens when, in a run, in as much memory as a page can show. */
export class History {
  readonly #parts: RunParts;
  readonly #series: Series;
  readonly #timeline: CpuTimeline;
  readonly #slots: readonly SlotTimeline[];
  readonly #heat: TouchedPages;

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#series = new Series(parts, TIMES);
    this.#timeline = new CpuTimeline(parts.host.cpus.length, MOST_CPU_SPANS);
    const guests = parts.guests.slice(0, MOST_GUESTS);
    const most = Math.floor(MOST_SLOT_SPANS / guests.length);
    this.#slots = guests.map((guest) => new SlotTimeline(guest, most));
    this.#heat = new TouchedPages(parts);
  }

  /** A message is about to be handled. */
  observe(envelope: Envelope): void {
    this.#series.observe(envelope);
    this.#timeline.observe(envelope);
    this.#slots[envelope.message.guest]?.observe(envelope);
    this.#heat.observe(envelope);
  }

  /** What has happened so far. */
  document(): HistoryDocument {
    const end = endOf(this.#parts);
    return {
      end,
      series: this.#series.document(end),
      timeline: this.#timeline.document(end),
      slots: this.#slots.map((slots) => slots.document(end)),
      heat: this.#heat.document(end),
    };
  }
}

/** Virtual time so far: the clock of the host CPU that is furthest on, in cycles. */
export function endOf({ host }: RunParts): number {
  return Math.max(...host.clock.now);
}
