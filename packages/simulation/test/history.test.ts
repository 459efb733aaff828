// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SimulationConfig } from '../src/config.js';
import { History } from '../src/history/history.js';
import { IntervalCounts } from '../src/history/interval-counts.js';
import { PageHeat } from '../src/history/page-heat.js';
import { Series, seriesColumns } from '../src/history/series.js';
import { Spans } from '../src/history/spans.js';
import { Simulation } from '../src/simulation.js';
import { policies, resultsOf, small, wanderingTrace } from './support.js';

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

describe('counts in intervals', () => {
  it('keep every count, whatever comes when, and never more intervals than allowed', () => {
    const events = fc.array(fc.tuple(fc.nat(1_000_000), fc.nat(1), fc.nat(9)), { maxLength: 200 });
    const options = fc.record({
      interval: fc.integer({ min: 1, max: 1000 }),
      most: fc.integer({ min: 1, max: 20 }).map((half) => 2 * half),
    });
    fc.assert(
      fc.property(events, options, (added, { interval, most }) => {
        const counts = new IntervalCounts(2, { interval, most });
        for (const [time, column, count] of added) counts.add(counts.at(time), column, count);
        expect(counts.length).toBeLessThanOrEqual(most);
        // What is counted in an interval is what came in it, however often intervals were joined.
        for (let at = 0; at < counts.length; at++) {
          const here = added.filter(([time]) => Math.floor(time / counts.interval) === at);
          for (const column of [0, 1]) {
            const expected = sum(here.filter((e) => e[1] === column).map((e) => e[2]));
            expect(counts.get(at, column)).toBe(expected);
          }
        }
      }),
    );
  });
});

describe('spans', () => {
  it('cover the time without gaps or overlaps, and say at each time what was the case', () => {
    const changes = fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.nat(3)), {
      minLength: 1,
    });
    fc.assert(
      fc.property(changes, (steps) => {
        const spans = new Spans<number>(1, 1000);
        let time = 0;
        const truth: number[] = [];
        for (const [length, value] of steps) {
          spans.change(0, time, value);
          for (let i = 0; i < length; i++) truth.push(value);
          time += length;
        }
        const [lane] = spans.list(time);
        expect(
          lane!.flatMap(({ from, to, value }) => Array<number>(to - from).fill(value)),
        ).toEqual(truth);
        expect(spans.resolution).toBe(0);
      }),
    );
  });

  it('become fewer when there are too many, and still cover the time', () => {
    const spans = new Spans<number>(2, 64);
    for (let step = 0; step < 10_000; step++) {
      spans.change(step % 2, step * 100, step % 7);
    }
    const lanes = spans.list(1_000_000);
    expect(lanes.flat().length).toBeLessThanOrEqual(64 + 2);
    for (const [number, lane] of lanes.entries()) {
      expect(lane[0]!.from).toBe(number * 100);
      expect(lane.at(-1)!.to).toBe(1_000_000);
      lane.slice(1).forEach(({ from }, index) => expect(from).toBe(lane[index]!.to));
      expect(sum(lane.map(({ parts }) => parts))).toBe(5_000);
    }
    expect(spans.resolution).toBeGreaterThan(0);
  });
});

describe('the heat of pages', () => {
  it('keeps every sighting within its bounds', () => {
    const seen = fc.array(fc.tuple(fc.nat(2 ** 20 - 1), fc.nat(100_000)), { maxLength: 100 });
    fc.assert(
      fc.property(seen, (sightings) => {
        const heat = new PageHeat({ interval: 100, most: 16 }, 8);
        for (const [page, time] of sightings) heat.see(page, time);
        const { rows, pagesPerRow } = heat.document(100_000);
        expect(rows.length).toBeLessThanOrEqual(8);
        for (const { page, counts } of rows) {
          const here = sightings.filter(([p]) => p >= page && p < page + pagesPerRow);
          expect(sum(counts)).toBe(here.length);
        }
        expect(sum(rows.flatMap(({ counts }) => counts))).toBe(sightings.length);
      }),
    );
  });
});

const config: Partial<SimulationConfig> = { ...small, cpus: 3, guests: 4, slice: 7_000 };
const traces = [wanderingTrace('a', 6_000, 80), wanderingTrace('b', 4_000, 30)];

describe('a series', () => {
  it.each(policies)('adds up to the totals, with the policy %s', async (migrate) => {
    const simulation = new Simulation({ ...config, migrate }, traces);
    const series = new Series(simulation.parts, { interval: 1_000, most: 512 });
    simulation.messages$.subscribe((envelope) => series.observe(envelope));
    await simulation.run();
    const { totals } = simulation.result();
    await simulation.close();

    const { columns, interval } = series.document(totals.cycles);
    for (const name of seriesColumns) {
      const expected = name === 'hypercalls' ? sum(Object.values(totals.hypercalls)) : totals[name];
      expect([name, sum(columns[name])]).toEqual([name, expected]);
      expect(columns[name].length).toBe(Math.ceil(totals.cycles / interval));
      expect(columns[name].every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
    }
  });

  it('has the migrations in the intervals in which they were told', async () => {
    const simulation = new Simulation({ ...config, migrate: 'round-robin' }, traces);
    const series = new Series(simulation.parts, { interval: 10_000, most: 4096 });
    const told: number[] = [];
    simulation.messages$.subscribe((envelope) => {
      series.observe(envelope);
      if (envelope.message.topic === 'migrated') told.push(Math.floor(envelope.time / 10_000));
    });
    await simulation.run();
    const { cycles } = simulation.result().totals;
    await simulation.close();
    const { migrations } = series.document(cycles).columns;
    expect(told.length).toBeGreaterThan(10);
    expect(migrations).toEqual(migrations.map((_, at) => told.filter((t) => t === at).length));
  });
});

describe('the history of a run', () => {
  const historyOf = async (more: Partial<SimulationConfig> = {}) => {
    const simulation = new Simulation({ ...config, migrate: 'round-robin', ...more }, traces);
    const history = new History(simulation.parts);
    const last: { cpu: number; guest: number; time: number }[] = [];
    simulation.messages$.subscribe((envelope) => {
      history.observe(envelope);
      const { topic, cpu, guest } = envelope.message;
      if (topic === 'guest-entered') last.push({ cpu, guest, time: envelope.time });
    });
    await simulation.run();
    const result = simulation.result();
    await simulation.close();
    return { document: history.document(), result, entries: last };
  };

  it('has each guest on the host CPU on which it was entered, at that time', async () => {
    const { document, entries } = await historyOf();
    expect(document.timeline.resolution).toBe(0);
    expect(entries.length).toBeGreaterThan(100);
    for (const { cpu, guest, time } of entries) {
      const span = document.timeline.cpus[cpu]!.find(({ from, to }) => from <= time && time < to);
      expect(span?.value).toBe(guest);
    }
  });

  it('has as many slots taken as the totals say', async () => {
    const { document, result } = await historyOf({ slice: 20_000, guestSlice: 3_000 });
    const spans = document.slots.flatMap(({ slots }) => slots.flat());
    const { slotEvictions } = result.totals;
    expect(slotEvictions).toBeGreaterThan(0);
    expect(spans.filter(({ value }) => value.evicted).length).toBe(slotEvictions);
    expect(new Set(spans.map(({ value }) => value.process))).toEqual(new Set([-1, 0, 1]));
  });

  it('has seen the pages of the traces, and of the kernel and the Switcher', async () => {
    const { document } = await historyOf();
    const pages = document.heat.rows.map(({ page }) => page);
    expect(document.heat.pagesPerRow).toBe(1);
    expect(pages.filter((page) => page >= 0x8048 && page < 0x8048 + 80).length).toBe(80);
    expect(pages.some((page) => page >= 0xc0000)).toBe(true);
  });

  it('changes nothing in the run', async () => {
    const { result } = await historyOf();
    expect(result).toEqual(await resultsOf({ ...config, migrate: 'round-robin' }, traces));
  });
});
