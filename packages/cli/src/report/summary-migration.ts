// SPDX-License-Identifier: GPL-2.0-or-later
import type { MigrationResult, ResultDocument } from '@lguest-sim/simulation';
import { formatCount } from './numbers.js';
import { limitedTable, right } from './table.js';

/** What each column after the first shows of a guest, or of all. */
const columns = [
  ['migrations', 'migrations'],
  ['copies', 'stateCopies'],
  ['switches', 'worldSwitches'],
  ['skipped', 'switcherSkips'],
  ['targeted', 'switcherTargetedRemaps'],
  ['full', 'switcherFullRemaps'],
  ['entries', 'switcherEntries'],
] as const satisfies readonly (readonly [title: string, name: keyof MigrationResult])[];

/** Rows of the table. */
const MOST_GUESTS = 16;

/**
 * What moving between host CPUs took: one row a guest and one for all. A world switch finds the
 * Switcher's entries right (skipped), or moves them (targeted), or does not know where they are
 * (full). Nothing on a machine with one CPU.
 */
export function migrationLines({ guests, totals, config }: ResultDocument): string[] {
  if (config.cpus === 1) return [];
  const row = (label: string, counts: MigrationResult): string[] => [
    label,
    ...columns.map(([, name]) => formatCount(counts[name])),
  ];
  const titles = ['guest', ...columns.map(([title]) => title)].map(right);
  const rows = guests.map((guest) => row(String(guest.guest), guest));
  return limitedTable(titles, rows, {
    what: 'guests',
    most: MOST_GUESTS,
    last: row('all', totals),
  });
}

/** What became of host CPUs that went offline; nothing if none did. */
export function hotplugLines({ totals, cpus }: ResultDocument): string[] {
  if (totals.cpusOffline === 0) return [];
  const rows = cpus
    .filter(({ timesOffline }) => timesOffline > 0)
    .map(({ cpu, timesOffline, offlineCycles }) =>
      [cpu, timesOffline, offlineCycles].map(formatCount),
    );
  const titles = ['CPU', 'times offline', 'cycles until it was back'].map(right);
  return [
    ...limitedTable(titles, rows, { what: 'host CPUs' }),
    `  vCPUs that had to leave: ${formatCount(totals.evacuations)}`,
  ];
}
