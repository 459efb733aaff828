// SPDX-License-Identifier: GPL-2.0-or-later
import { Simulation, type ResultDocument } from '@lguest-sim/simulation';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import { PerfettoTrace } from '../src/perfetto/perfetto-trace.js';
import type { TraceWindow } from '../src/perfetto/slices.js';
import { TRACE_HEAD, TRACE_TAIL, type TraceEvent } from '../src/perfetto/trace-event.js';
import { busy, work } from './support/run.js';
import { traceEventSchema } from './support/trace-event-schema.js';

type Slice = TraceEvent & { ph: 'X' };
type Arrow = TraceEvent & { ph: 's' | 't' | 'f' };

async function traceOf(window: TraceWindow) {
  const simulation = new Simulation(busy, work());
  const events: TraceEvent[] = [];
  const trace = new PerfettoTrace(simulation.parts, window, (event) => events.push(event));
  simulation.messages$.subscribe((envelope) => trace.observe(envelope));
  await simulation.run();
  const result = simulation.result();
  await simulation.close();
  trace.end(result.totals.cycles);
  return { events, result };
}

let events: TraceEvent[];
let result: ResultDocument;
beforeAll(async () => {
  ({ events, result } = await traceOf({ from: 0, to: Infinity }));
}, 60_000);

const slices = () => events.filter((event): event is Slice => event.ph === 'X');
const arrows = (all = events) =>
  all.filter((event): event is Arrow => ['s', 't', 'f'].includes(event.ph));

describe('a trace for Perfetto', () => {
  it('is as the published format says', () => {
    const isValid = new Ajv({ allowUnionTypes: true }).compile(traceEventSchema);
    const text = `${TRACE_HEAD}${events.map((event) => JSON.stringify(event)).join(',')}${TRACE_TAIL}`;
    expect(isValid(JSON.parse(text)), JSON.stringify(isValid.errors?.slice(0, 3))).toBe(true);
    expect(
      isValid({ traceEvents: [{ ph: 'X', name: 'a', cat: 'b', pid: 1, tid: 1, ts: 0 }] }),
    ).toBe(false);
  });

  it('has a named track for each host CPU, and two for each guest', () => {
    const names = events.flatMap((event) =>
      event.ph === 'M' && 'name' in event.args ? event.args.name : [],
    );
    expect(names).toEqual([
      ...['Host CPUs', 'CPU 0', 'CPU 1', 'CPU 2'],
      ...['Guest 0', 'runs', 'shadow MMU'],
      ...['Guest 1', 'runs', 'shadow MMU'],
    ]);
  });

  it('has slices that never overlap on a track, within the run', () => {
    const ends = new Map<string, number>();
    for (const { pid, tid, ts, dur } of slices().toSorted((a, b) => a.ts - b.ts)) {
      const track = `${pid}/${tid}`;
      // Sums of microseconds are not exact; a cycle is 0.001.
      expect(ts).toBeGreaterThan((ends.get(track) ?? 0) - 0.0005);
      ends.set(track, ts + dur);
    }
    expect(Math.max(...ends.values())).toBeLessThanOrEqual(result.totals.cycles / 1000 + 0.0005);
  });

  it('has each world switch, each way, and each process that ran', () => {
    const named = (name: string) => slices().filter((slice) => slice.name === name).length;
    expect(named('world switch to guest')).toBe(result.totals.worldSwitches);
    expect(named('world switch to host')).toBe(result.totals.worldSwitches);
    const processes = new Set(
      slices()
        .filter(({ cat, name }) => cat === 'guest' && name.startsWith('process '))
        .map(({ pid, name }) => `${pid} ${name}`),
    );
    const all = result.guests.reduce((sum, guest) => sum + guest.processes.length, 0);
    expect(processes.size).toBe(all);
  });

  it('has an arrow for each fault and each migration, from a slice to a later one', () => {
    const byId = new Map<number, Arrow[]>();
    for (const arrow of arrows()) byId.set(arrow.id, [...(byId.get(arrow.id) ?? []), arrow]);
    const named = (start: string) =>
      [...byId.values()].filter(([first]) => first!.name.startsWith(start)).length;
    expect(named('migration')).toBe(result.totals.migrations);
    expect(named('fault')).toBeGreaterThan(100);
    for (const flow of byId.values()) {
      expect(flow.map(({ ph }) => ph).join('')).toMatch(/^st?f$/);
      flow.slice(1).forEach(({ ts }, at) => expect(ts).toBeGreaterThanOrEqual(flow[at]!.ts));
    }
  });

  it('has counters that go up to the totals', () => {
    const faults = events.filter((event) => event.ph === 'C' && event.name === 'page faults');
    expect(faults.length).toBeGreaterThan(10);
    const last = faults.at(-1) as TraceEvent & { ph: 'C' };
    expect(last.args['value']).toBeLessThanOrEqual(result.totals.pageFaults);
    expect(last.args['value']).toBeGreaterThan(0.9 * result.totals.pageFaults);
  });

  it('has nothing outside its window', async () => {
    const window = { from: 200_000, to: 260_000 };
    const { events: some } = await traceOf(window);
    const placed = some.filter((event) => event.ph !== 'M');
    expect(placed.length).toBeGreaterThan(20);
    for (const event of placed) {
      expect(event.ts).toBeGreaterThanOrEqual(200);
      expect(event.ts + (event.ph === 'X' ? event.dur : 0)).toBeLessThanOrEqual(260.0005);
    }
    const within = arrows().filter(({ ts }) => ts >= 200 && ts <= 260);
    expect(arrows(some).length).toBe(within.length);
  });
});
