// SPDX-License-Identifier: GPL-2.0-or-later
import type { CustomSeriesOption } from 'echarts/charts';

/** A rectangle over a stretch of time, in a row. */
export interface Rectangle {
  readonly from: number;
  readonly to: number;
  readonly row: number;
  readonly colour: string;
  /** A mark at its left edge. */
  readonly marked?: boolean;
  readonly tip: string;
}

/** How rectangles are drawn. */
export interface RectangleStyle {
  /** Share of the row's height, up to 1. */
  readonly height: number;
  /** Colour of marks. */
  readonly mark?: string;
}

/** A narrower one has no room for a mark; in pixels. */
const LEAST_MARKED = 6;

/** A series of rectangles: spans in lanes, or the cells of a heat map. */
export function rectangles(
  all: readonly Rectangle[],
  { height, mark = 'transparent' }: RectangleStyle,
): CustomSeriesOption {
  return {
    type: 'custom',
    clip: true,
    progressive: 0,
    dimensions: ['from', 'to', 'row'],
    encode: { x: [0, 1], y: 2 },
    data: all.map(({ from, to, row }) => [from, to, row]),
    tooltip: { trigger: 'item' },
    renderItem: (params, api) => {
      const rectangle = all[params.dataIndex]!;
      const [left, middle] = api.coord([api.value(0), api.value(2)]) as [number, number];
      const [right] = api.coord([api.value(1), api.value(2)]) as [number];
      const [, rowHeight] = api.size!([0, 1]) as [number, number];
      const tall = Math.max(1, Math.abs(rowHeight) * height);
      const area = params.coordSys as unknown as { x: number; width: number };
      const from = Math.max(left, area.x);
      const to = Math.min(Math.max(right, left + 0.6), area.x + area.width);
      if (to <= from) return null;
      const shape = { x: from, y: middle - tall / 2, width: to - from, height: tall };
      const body = { type: 'rect' as const, shape, style: { fill: rectangle.colour } };
      if (rectangle.marked !== true || left < area.x || to - from < LEAST_MARKED) return body;
      const size = Math.min(7, tall / 2);
      const top = shape.y;
      const points = [
        [left, top],
        [left + size, top],
        [left, top + size],
      ];
      const corner = { type: 'polygon' as const, shape: { points }, style: { fill: mark } };
      return { type: 'group', children: [body, corner] };
    },
  };
}
