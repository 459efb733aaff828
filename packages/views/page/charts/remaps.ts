// SPDX-License-Identifier: GPL-2.0-or-later
import type { CustomSeriesOption } from 'echarts/charts';
import type { ReportData } from '../../src/report/report-data.js';
import { section } from '../dom.js';
import { count, rebinned, share } from '../numbers.js';
import { countAxis, LEFT, Plot, RIGHT, timeAxis, type PlotOption } from '../plot.js';
import { tableOnDemand } from '../table.js';
import { colourOf, tipLook, type Theme } from '../theme.js';
import type { WindowControl } from '../window.js';
import { legend } from './legend.js';

const kinds = [
  { name: 'switcherSkips', title: 'right already', colour: colourOf(0) },
  { name: 'switcherTargetedRemaps', title: 'targeted remap', colour: colourOf(3) },
  { name: 'switcherFullRemaps', title: 'full remap', colour: colourOf(1) },
] as const;

const HEIGHT = 228;
const MOST_BARS = 96;

/** What entering a guest found of the Switcher's entries, over virtual time. */
export function drawRemaps({ series, end, totals }: ReportData, window: WindowControl): void {
  const size = Math.ceil(series.columns.switcherSkips.length / MOST_BARS);
  const interval = series.interval * size;
  const columns = kinds.map(({ name }) => rebinned(series.columns[name], size));
  const sums = columns[0]!.map((_, index) => columns.reduce((all, one) => all + one[index]!, 0));
  const place = section({
    id: 'remaps',
    title: "Remaps of the Switcher's entries, by kind",
    about:
      'At each entry into a guest its shadow table must map this CPU’s two Switcher pages. Mostly they are right; after a migration the old CPU’s are taken out and the new one’s put in (targeted); if nobody knows where the table was last, every CPU’s go (full).',
  });
  place.append(
    legend(
      kinds.map(({ name, title, colour }) => ({
        colour,
        text: `${title} ${count(totals[name])} (${share(totals[name], totals.worldSwitches)})`,
      })),
    ),
  );
  const option = (theme: Theme): PlotOption => ({
    grid: { left: LEFT, right: RIGHT, top: 12, bottom: 26 },
    xAxis: timeAxis(theme, end),
    yAxis: countAxis(theme),
    series: kinds.map(({ colour }, kind) => bars(columns, kind, { interval, colour })),
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'line' },
      ...tipLook(theme),
      formatter: (items: unknown) =>
        at((items as { axisValue: number }[])[0]?.axisValue ?? 0)
          .replace(': ', '<br>')
          .replaceAll(', ', '<br>'),
    },
  });
  const at = (time: number): string => {
    const index = Math.min(sums.length - 1, Math.floor(time / interval));
    const parts = kinds.map(({ title }, kind) => `${title} ${count(columns[kind]![index]!)}`);
    return `cycles ${count(index * interval)} to ${count((index + 1) * interval)}: ${parts.join(', ')}`;
  };
  const label = 'Entries into guests by what they found of the Switcher’s entries.';
  new Plot(place, window, { label, height: HEIGHT, option, at, step: interval });
  place.append(
    tableOnDemand('The numbers as a table', () => [
      ['from cycle', ...kinds.map(({ title }) => title)],
      sums.map((_, index) => [count(index * interval), ...columns.map((one) => one[index]!)]),
    ]),
  );
}

/** One kind's part of every bar, on top of the kinds before it. */
function bars(
  columns: readonly (readonly number[])[],
  kind: number,
  { interval, colour }: { readonly interval: number; readonly colour: string },
): CustomSeriesOption {
  const below = (index: number): number =>
    columns.slice(0, kind).reduce((sum, column) => sum + column[index]!, 0);
  return {
    type: 'custom',
    clip: true,
    dimensions: ['middle', 'from', 'to', 'low', 'high'],
    encode: { x: 0, y: [3, 4] },
    data: columns[kind]!.map((c, index) => {
      const from = index * interval;
      return [from + interval / 2, from, from + interval, below(index), below(index) + c];
    }),
    renderItem: (params, api) => {
      const [left, bottom] = api.coord([api.value(1), api.value(3)]) as [number, number];
      const [right, top] = api.coord([api.value(2), api.value(4)]) as [number, number];
      const area = params.coordSys as unknown as { x: number; width: number };
      const x = Math.max(left, area.x);
      const width = Math.min(right, area.x + area.width) - x;
      if (width <= 0) return null;
      const gap = width > 4 ? 1 : 0;
      const shape = { x, y: top, width: width - gap, height: bottom - top };
      return { type: 'rect', shape, style: { fill: colour } };
    },
  };
}
