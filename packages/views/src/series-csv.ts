// SPDX-License-Identifier: GPL-2.0-or-later
import { seriesColumns, totalMeanings, type SeriesDocument } from '@lguest-sim/simulation';

/** What stands before the counts in a line. */
export const intervalMeanings = {
  from: 'when the interval begins, in cycles of virtual time',
  to: 'when it ends: the next one begins there. The last one may go on beyond the end of the run',
} as const;

/** What each column of a series means, in order. */
export const seriesMeanings: Readonly<Record<string, string>> = {
  ...intervalMeanings,
  ...Object.fromEntries(seriesColumns.map((name) => [name, totalMeanings[name]])),
  hypercalls: 'hypercalls that were carried out, of all kinds together',
};

/** A series as comma-separated values: a line of names, then a line for each interval. */
export function seriesCsv({ interval, columns }: SeriesDocument): string {
  const lists = seriesColumns.map((name) => columns[name]);
  const lines = (lists[0] ?? []).map((_, index) => {
    const counts = lists.map((list) => list[index]);
    return [index * interval, (index + 1) * interval, ...counts].join(',');
  });
  return [Object.keys(seriesMeanings).join(','), ...lines, ''].join('\n');
}
