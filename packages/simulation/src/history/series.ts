// SPDX-License-Identifier: GPL-2.0-or-later
import type { Envelope } from '@lguest-sim/bus';
import type { RunParts } from '../run-parts.js';
import { CountSampler } from './count-sampler.js';
import { totalMeanings } from './count-meanings.js';
import {
  guestCounts,
  hardwareCounts,
  hotplugCounts,
  switchCounts,
  type CountName,
} from './counters-of-run.js';
import { IntervalCounts, type IntervalOptions } from './interval-counts.js';

/** Every total but the cycles, in the order of the result document: the columns of a series. */
export const seriesColumns: readonly CountName[] = (
  Object.keys(totalMeanings) as (keyof typeof totalMeanings)[]
).filter((name): name is CountName => name !== 'cycles');

const MIGRATIONS = seriesColumns.indexOf('migrations');

/** Counts in each interval of virtual time, as plain data. */
export interface SeriesDocument {
  /** Cycles in an interval. The first one begins at 0. */
  readonly interval: number;
  /** For each count one number an interval; their sum is the total of that name. */
  readonly columns: Readonly<Record<CountName, readonly number[]>>;
}

/**
 * Counts over virtual time. It looks at messages only, and reads the counters that are there anyway
 * when something begins or ends: nothing happens at an access.
 *
 * What a CPU's hardware counts while a guest runs is spread evenly over the time from the entry to the
 * exit; everything else belongs to the interval of the message whose handling counted it.
 */
export class Series {
  readonly #counts: IntervalCounts;
  /** What runs while a guest does, by host CPU. */
  readonly #hardware: readonly CountSampler[];
  readonly #switches: readonly CountSampler[];
  readonly #guests: readonly CountSampler[];
  readonly #hotplug: CountSampler;

  constructor(parts: RunParts, options: IntervalOptions) {
    const counts = new IntervalCounts(seriesColumns.length, options);
    this.#counts = counts;
    const { host, guests } = parts;
    const sampler = (source: ReturnType<typeof guestCounts>, cpu = 0): CountSampler =>
      new CountSampler(counts, seriesColumns, source, host.clock.now[cpu]!);
    this.#hardware = host.cpus.map((_, cpu) => sampler(hardwareCounts(parts, cpu), cpu));
    this.#switches = host.cpus.map((_, cpu) => sampler(switchCounts(parts, cpu), cpu));
    this.#guests = guests.map((guest) => sampler(guestCounts(guest)));
    this.#hotplug = sampler(hotplugCounts(parts));
  }

  /** A message is about to be handled. */
  observe({ time, message: { topic, cpu, guest } }: Envelope): void {
    switch (topic) {
      case 'trap':
      case 'guest-trap':
      case 'guest-return':
        this.#hardware[cpu]!.spread(time);
        break;
      case 'guest-entered':
        this.#hardware[cpu]!.begin(time);
        break;
      case 'migrated':
        this.#counts.add(this.#counts.at(time), MIGRATIONS, 1);
        break;
      default:
    }
    this.#switches[cpu]!.at(time);
    this.#hotplug.at(time);
    this.#guests[guest]?.at(time);
  }

  /** What was counted so far, up to a time in cycles. */
  document(end: number): SeriesDocument {
    for (const sampler of [...this.#switches, ...this.#guests, this.#hotplug]) sampler.settle();
    for (const sampler of this.#hardware) sampler.settle();
    // A run that ends on an interval's edge has nothing in the next one.
    this.#counts.at(Math.max(0, end - 1));
    const columns = seriesColumns.map((name, column) => [name, this.#counts.column(column)]);
    return {
      interval: this.#counts.interval,
      columns: Object.fromEntries(columns) as SeriesDocument['columns'],
    };
  }
}
