// SPDX-License-Identifier: GPL-2.0-or-later
import type { ListedProcess, ReportData } from '../src/report/report-data.js';
import { section } from './dom.js';
import { bytes, count, plural, words } from './numbers.js';
import { table, type Row } from './table.js';
import { term } from './tip.js';

const columns = [
  'accesses',
  'pagesTouched',
  'demandZeroFaults',
  'copyOnWriteBreaks',
  'forks',
  'contextSwitches',
  'systemCalls',
] as const satisfies readonly (keyof ListedProcess)[];

/** The guests and their processes. */
export function drawGuestsTable({ guests, processes, kills, meanings }: ReportData): void {
  const place = section({
    id: 'guests',
    title: 'Guests and their processes',
    about: `${plural(processes.all, 'process', 'processes')} in ${plural(guests.length, 'guest')}.${processes.all > processes.first.length ? ` The first ${processes.first.length} are listed; the result document (--json) has all.` : ''}`,
  });
  const heads = [
    'process',
    'status',
    ...columns.map((name) => term(words(name), meanings.processes[name])),
  ];
  const rows = guests.flatMap(
    ({ guest, memoryBytes, migrations, worldSwitches, status }): Row[] => {
      const own = processes.first.filter((process) => process.guest === guest);
      if (own.length === 0) return [];
      const about = `guest ${guest}, ${bytes(memoryBytes)}, ${status}: ${count(worldSwitches)} world switches, ${count(migrations)} migrations`;
      return [[about], ...own.map(rowOf)];
    },
  );
  place.append(table('Guests and their processes', heads, rows));
  if (kills.all === 0) return;
  const killed = kills.first.map(({ guest, reason }): Row => [`guest ${guest}`, reason]);
  place.append(table('Guests that the host killed', ['killed', 'why'], killed));
}

function rowOf(process: ListedProcess): Row {
  const name = process.trace.slice(process.trace.lastIndexOf('/') + 1);
  const label = process.parent < 0 ? name : `child ${process.pid} of process ${process.parent}`;
  const status =
    process.reason === undefined ? process.status : `${process.status}: ${process.reason}`;
  return [`${process.process}: ${label}`, status, ...columns.map((column) => process[column])];
}
