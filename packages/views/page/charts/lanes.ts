// SPDX-License-Identifier: GPL-2.0-or-later
import { LEFT, RIGHT, timeAxis, type PlotOption } from '../plot.js';
import { rectangles, type Rectangle, type RectangleStyle } from '../rectangles.js';
import { tipLook, type Theme } from '../theme.js';

/** Room above and below the lanes, in pixels. */
export const LANES_AROUND = 34;

/** What a plot of lanes is made of. */
export interface Lanes {
  readonly names: readonly string[];
  readonly spans: readonly Rectangle[];
  readonly style: RectangleStyle;
  readonly end: number;
}

/** Spans in lanes, one below the other, the first at the top. */
export function laneOption(theme: Theme, { names, spans, style, end }: Lanes): PlotOption {
  return {
    grid: { left: LEFT, right: RIGHT, top: 6, bottom: LANES_AROUND - 8 },
    xAxis: timeAxis(theme, end),
    yAxis: {
      type: 'category',
      inverse: true,
      data: [...names],
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: theme.text, interval: names.length > 24 ? 'auto' : 0 },
      splitLine: { show: true, lineStyle: { color: theme.faint } },
    },
    series: [rectangles(spans, style)],
    tooltip: {
      trigger: 'item',
      transitionDuration: 0,
      ...tipLook(theme),
      formatter: (item: unknown) => {
        const { dataIndex, seriesIndex } = item as { dataIndex: number; seriesIndex: number };
        return seriesIndex === 0 ? (spans[dataIndex]?.tip ?? '') : '';
      },
    },
  };
}

/** The span of each lane at a time. */
export function spansAt(spans: readonly Rectangle[], time: number): readonly Rectangle[] {
  return spans.filter(({ from, to }) => from <= time && time < to);
}
