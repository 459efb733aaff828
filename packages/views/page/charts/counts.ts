// SPDX-License-Identifier: GPL-2.0-or-later
import type { ReportData } from '../../src/report/report-data.js';
import { section } from '../dom.js';
import { compact, count, rebinned, sum, words } from '../numbers.js';
import { countAxis, LEFT, Plot, RIGHT, timeAxis, type PlotOption } from '../plot.js';
import { tableOnDemand } from '../table.js';
import { colourOf, tipLook, type Theme } from '../theme.js';
import type { WindowControl } from '../window.js';

/** What is drawn, one above the other; the last one only if it happened. */
const drawn = ['pageFaults', 'shadowFills', 'hypercalls', 'worldSwitches', 'migrations'] as const;

const ROW = 92;
const TOP = 20;
const BOTTOM = 26;
/** Intervals in a plot, and lines in a table, at most. */
const MOST_POINTS = 512;
const MOST_LINES = 64;

/** Counts over virtual time. */
export function drawCounts({ series, end }: ReportData, window: WindowControl): void {
  const names = drawn.filter((name) => name !== 'migrations' || sum(series.columns[name]) > 0);
  const size = Math.ceil(series.columns.pageFaults.length / MOST_POINTS);
  const interval = series.interval * size;
  const columns = names.map((name) => rebinned(series.columns[name], size));
  const place = section({
    id: 'counts',
    title: 'Faults, fills, hypercalls and world switches',
    about: `How often each happened in every ${count(interval)} cycles of virtual time. Many faults at the beginning are the guests booting; each new page costs a fault, a fill, and a world switch.`,
    wide: true,
  });
  const option = (theme: Theme): PlotOption => ({
    grid: names.map((_, row) => ({
      left: LEFT,
      right: RIGHT,
      top: TOP + row * ROW,
      height: ROW - 30,
    })),
    xAxis: names.map((_, row) => ({
      ...timeAxis(theme, end, row === names.length - 1),
      gridIndex: row,
    })) as PlotOption['xAxis'] & object,
    yAxis: names.map((name, row) => ({
      ...countAxis(theme, {
        name: words(name),
        nameLocation: 'end',
        nameGap: 6,
        nameTextStyle: { align: 'left', color: theme.text, fontWeight: 600, padding: [0, 0, 0, 6] },
        splitNumber: 2,
      }),
      gridIndex: row,
    })) as PlotOption['yAxis'] & object,
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    series: names.map((name, row) => ({
      type: 'line' as const,
      name: words(name),
      xAxisIndex: row,
      yAxisIndex: row,
      step: 'end' as const,
      showSymbol: false,
      sampling: 'max' as const,
      lineStyle: { width: 1.3 },
      areaStyle: { opacity: 0.22 },
      color: colourOf(row),
      data: stepped(columns[row]!, interval),
    })),
    tooltip: {
      trigger: 'axis',
      ...tipLook(theme),
      formatter: (items: unknown) => tip((items as { axisValue: number }[])[0]?.axisValue ?? 0),
    },
  });
  const at = (time: number): string => {
    const index = Math.min(columns[0]!.length - 1, Math.floor(time / interval));
    const counts = names.map((name, row) => `${words(name)} ${count(columns[row]![index]!)}`);
    return `cycles ${count(index * interval)} to ${count((index + 1) * interval)}: ${counts.join(', ')}`;
  };
  const tip = (time: number): string => at(time).replace(': ', '<br>').replaceAll(', ', '<br>');
  const label = `Counts in every ${compact(interval)} cycles: ${names.map(words).join(', ')}.`;
  const height = TOP + names.length * ROW + BOTTOM - 30;
  new Plot(place, window, { label, height, option, at, step: interval });
  place.append(
    tableOnDemand('The numbers as a table', () => {
      const wide = Math.ceil(series.columns.pageFaults.length / MOST_LINES);
      const lists = names.map((name) => rebinned(series.columns[name], wide));
      const rows = lists[0]!.map((_, index) => [
        count(index * series.interval * wide),
        ...lists.map((list) => list[index]!),
      ]);
      return [['from cycle', ...names.map(words)], rows];
    }),
  );
}

/** Points of a line that stays at a count over its whole interval. */
function stepped(counts: readonly number[], interval: number): [number, number][] {
  return [
    [0, counts[0] ?? 0],
    ...counts.map((c, index): [number, number] => [(index + 1) * interval, c]),
  ];
}
