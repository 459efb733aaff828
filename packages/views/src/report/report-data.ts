// SPDX-License-Identifier: GPL-2.0-or-later
import {
  cpuFieldMeanings,
  processFieldMeanings,
  totalMeanings,
  type CpuOccupation,
  type CpuResult,
  type GuestResult,
  type HeatDocument,
  type HistoryDocument,
  type KillResult,
  type ProcessResult,
  type ResultDocument,
  type SeriesDocument,
  type SlotContent,
  type Span,
} from '@lguest-sim/simulation';

/** Processes and kills that are listed; the result document has all of them. */
const MOST_LISTED = 400;

/** A process in a list of them all. */
export type ListedProcess = Omit<ProcessResult, 'moved' | 'systemCalls' | 'loadChecksum'> & {
  readonly guest: number;
  readonly systemCalls: number;
};

/** A list that may be cut short. */
export interface Listed<Item> {
  /** How many there are. */
  readonly all: number;
  /** Those that fit. */
  readonly first: readonly Item[];
}

/** A span as a list, for the sake of the page's size: from, to, value, and the parts if not 1. */
export type ListedSpan<Value> =
  | readonly [from: number, to: number, value: Value]
  | readonly [from: number, to: number, value: Value, parts: number];

/** Process, its gpgdir, and whether it took another one's place. */
export type ListedSlotContent = readonly [process: number, gpgdir: number, evicted: 0 | 1];

/** Everything that the page shows: one JSON document. */
export interface ReportData {
  /** How the run ended. */
  readonly status: ResultDocument['status'];
  /** What was run. */
  readonly config: ResultDocument['config'];
  /** Sums over host CPUs and guests. */
  readonly totals: ResultDocument['totals'];
  /** By number. */
  readonly cpus: readonly CpuResult[];
  /** By number. */
  readonly guests: readonly Omit<GuestResult, 'processes'>[];
  /** Of all guests. */
  readonly processes: Listed<ListedProcess>;
  /** Guests that the host killed. */
  readonly kills: Listed<KillResult>;
  /** Virtual time at the end, in cycles. */
  readonly end: number;
  /** Counts in intervals. */
  readonly series: SeriesDocument;
  /** What ran where. */
  readonly timeline: {
    readonly resolution: number;
    readonly cpus: readonly (readonly ListedSpan<CpuOccupation>[])[];
  };
  /** Which table each slot of a guest shadowed when. */
  readonly slots: readonly {
    readonly guest: number;
    readonly resolution: number;
    readonly slots: readonly (readonly ListedSpan<ListedSlotContent>[])[];
  }[];
  /** Which pages were used when. */
  readonly heat: HeatDocument;
  /** What the counts are, in words. */
  readonly meanings: {
    readonly totals: Readonly<Record<string, string>>;
    readonly cpus: Readonly<Record<string, string>>;
    readonly processes: Readonly<Record<string, string>>;
  };
}

/** Makes of a run's results and its history what the page shows. */
export function reportData(result: ResultDocument, history: HistoryDocument): ReportData {
  const { status, config, totals, cpus, guests, kills } = result;
  const { end, series, timeline, slots, heat } = history;
  return {
    status,
    config,
    totals,
    cpus,
    guests: guests.map(({ processes: _, ...guest }) => guest),
    processes: listed(guests.flatMap(processesOf)),
    kills: listed(kills),
    end,
    series,
    timeline: { ...timeline, cpus: timeline.cpus.map((spans) => spans.map(listedSpan)) },
    slots: slots.map((guest) => ({
      ...guest,
      slots: guest.slots.map((spans) => spans.map((span) => listedSpan(listedContent(span)))),
    })),
    heat,
    meanings: {
      totals: totalMeanings,
      cpus: { ...totalMeanings, ...cpuFieldMeanings },
      processes: processFieldMeanings,
    },
  };
}

function processesOf({ guest, processes }: GuestResult): ListedProcess[] {
  return processes.map(({ moved: _, loadChecksum: __, systemCalls, ...process }) => ({
    ...process,
    guest,
    systemCalls: Object.values(systemCalls).reduce((sum, count) => sum + count, 0),
  }));
}

function listed<Item>(items: readonly Item[]): Listed<Item> {
  return { all: items.length, first: items.slice(0, MOST_LISTED) };
}

function listedSpan<Value>({ from, to, value, parts }: Span<Value>): ListedSpan<Value> {
  return parts === 1 ? [from, to, value] : [from, to, value, parts];
}

function listedContent({ value, ...span }: Span<SlotContent>): Span<ListedSlotContent> {
  return { ...span, value: [value.process, value.gpgdir, value.evicted ? 1 : 0] };
}
