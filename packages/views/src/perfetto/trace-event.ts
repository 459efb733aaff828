// SPDX-License-Identifier: GPL-2.0-or-later

/** Where an event is shown: numbers of a process and of a thread in it. */
export interface Track {
  /** Number of the process: here a host CPU or a guest, and the like. */
  readonly pid: number;
  /** Number of the thread in it. */
  readonly tid: number;
}

/** What an event on a track has, whatever its kind. */
export interface PlacedEvent extends Track {
  /** What is shown. */
  readonly name: string;
  /** Category, for filters. */
  readonly cat: string;
  /** Microseconds, with three decimals: here a cycle is shown as a nanosecond. */
  readonly ts: number;
  /** What is shown beside it. */
  readonly args?: Readonly<Record<string, string | number>>;
}

/**
 * One event of a trace, in Chrome's JSON form: what Perfetto and chrome://tracing open. Source: "Trace
 * Event Format", Google, sections "Complete Events", "Flow Events", "Counter Events", "Instant
 * Events", "Metadata Events".
 */
export type TraceEvent =
  /** Something that took a while. */
  | (PlacedEvent & { readonly ph: 'X'; readonly dur: number })
  /** Something that happened at once; shown on its thread. */
  | (PlacedEvent & { readonly ph: 'i'; readonly s: 't' })
  /** Counts from now on. */
  | (PlacedEvent & { readonly ph: 'C'; readonly args: Readonly<Record<string, number>> })
  /** An arrow begins in a slice, goes on in the next, ends in the one around it. */
  | (PlacedEvent & { readonly ph: 's' | 't'; readonly id: number })
  | (PlacedEvent & { readonly ph: 'f'; readonly id: number; readonly bp: 'e' })
  | (Track & {
      readonly ph: 'M';
      readonly name: 'process_name' | 'thread_name';
      readonly args: { readonly name: string };
    })
  | (Track & {
      readonly ph: 'M';
      readonly name: 'process_sort_index' | 'thread_sort_index';
      readonly args: { readonly sort_index: number };
    });

/** What stands before the events, each of which is a line; between two there is a comma. */
export const TRACE_HEAD = '{"displayTimeUnit":"ns","traceEvents":[';
/** What stands behind them. */
export const TRACE_TAIL = ']}';

/** Cycles as the format's microseconds. */
export function microseconds(cycles: number): number {
  return cycles / 1000;
}
