// SPDX-License-Identifier: GPL-2.0-or-later
import type { ReportData } from '../src/report/report-data.js';
import { section } from './dom.js';
import { words } from './numbers.js';
import { table, type Row } from './table.js';
import { term } from './tip.js';

/** Host CPUs that have a column of their own. */
const MOST_CPUS = 16;

/** Every count there is, with its meaning. */
export function drawCountsTable({ totals, cpus, meanings }: ReportData): void {
  const shown = cpus.slice(0, MOST_CPUS);
  const place = section({
    id: 'all-counts',
    title: 'Every count',
    about: `Point at a name, or move to it with the Tab key, to read what it means.${cpus.length > MOST_CPUS ? ` The first ${MOST_CPUS} of ${cpus.length} host CPUs are shown.` : ''}`,
  });
  const { hypercalls, ...counts } = totals;
  const rows: Row[] = Object.entries(counts).map(([name, total]) => [
    term(words(name), meanings.totals[name]),
    total,
    ...shown.map((cpu) => (cpu as unknown as Record<string, number>)[name] ?? ''),
  ]);
  const own = ['idleCycles', 'offlineCycles', 'timesOffline'] as const;
  const ofCpus: Row[] = own.map((name) => [
    term(words(name), meanings.cpus[name]),
    '',
    ...shown.map((cpu) => cpu[name]),
  ]);
  const calls: Row[] = Object.entries(hypercalls).map(([name, made]) => [
    name,
    made,
    ...shown.map(() => ''),
  ]);
  const heads = ['count', 'total', ...shown.map(({ cpu }) => `CPU ${cpu}`)];
  const all: Row[] = [
    ...rows,
    ...ofCpus,
    [term('hypercalls', meanings.totals['hypercalls'])],
    ...calls,
  ];
  place.append(table('Every count', heads, all, true));
}
