// SPDX-License-Identifier: GPL-2.0-or-later
import type { ReportData } from '../../src/report/report-data.js';
import { section } from '../dom.js';
import { count } from '../numbers.js';
import { Plot, type PlotOption } from '../plot.js';
import type { Rectangle } from '../rectangles.js';
import { tableOnDemand } from '../table.js';
import { colourOf, type Theme } from '../theme.js';
import type { WindowControl } from '../window.js';
import { laneOption, LANES_AROUND, spansAt } from './lanes.js';
import { legend } from './legend.js';
import { migrationsOf, type Move } from './migrations.js';

/** More migrations than these in the window are not drawn one by one. */
const MOST_MOVES = 400;
const MOST_ROWS = 1_000;

type Occupation = ReportData['timeline']['cpus'][number][number][2];

/** Which guest ran on which host CPU. */
export function drawTimeline(data: ReportData, window: WindowControl): void {
  const { timeline, end, config } = data;
  const moves = migrationsOf(timeline.cpus);
  const place = section({
    id: 'timeline',
    title: 'Which guest ran where',
    about: `One lane for each host CPU, one colour for each guest. ${migrationText(data, moves.length)}${coarse(timeline.resolution)}`,
    wide: true,
  });
  place.append(
    legend(
      Array.from({ length: config.guests }, (_, guest) => ({
        colour: colourOf(guest),
        text: `guest ${guest}`,
      })),
    ),
  );
  const spans = (theme: Theme): Rectangle[] =>
    timeline.cpus.flatMap((lane, row) =>
      lane
        .filter(([, , value]) => value !== 'idle')
        .map(([from, to, value, parts = 1]) => ({
          from,
          to,
          row,
          colour: value === 'offline' ? theme.bad : colourOf(value as number),
          tip: `CPU ${row}: ${occupation(value)}${parts > 1 ? ` and others (${count(parts)} spans)` : ''}<br>cycles ${count(from)} to ${count(to)}`,
        })),
    );
  const lanes = timeline.cpus.length;
  const laneHeight = Math.max(8, Math.min(34, 900 / lanes));
  const option = (theme: Theme): PlotOption => {
    const names = timeline.cpus.map((_, cpu) => `CPU ${cpu}`);
    const made = laneOption(theme, { names, spans: spans(theme), style: { height: 0.78 }, end });
    const shown = window.window;
    const visible = moves.filter(({ at }) => at >= shown.from && at <= shown.to);
    const lines = visible.length > MOST_MOVES ? [] : visible;
    return { ...made, series: [...(made.series as object[]), arrows(lines, theme)] as never };
  };
  const all = spans({ bad: '' } as Theme);
  const at = (time: number): string =>
    `cycle ${count(time)}: ${spansAt(all, time)
      .map(({ tip }) => tip.split('<br>')[0])
      .join(', ')}`;
  const label = `Lanes of ${lanes} host CPUs over virtual time, with the guest that each runs.`;
  const height = LANES_AROUND + lanes * laneHeight;
  const plot = new Plot(place, window, { label, height, option, at, step: end / 1000 });
  if (moves.length > MOST_MOVES) window.onChange(() => plot.redraw());
  place.append(
    tableOnDemand('The spans as a table', () => [
      ['host CPU', 'runs', 'from cycle', 'to cycle'],
      timeline.cpus
        .flatMap((lane, cpu) =>
          lane.map(([from, to, value]) => [
            `CPU ${cpu}`,
            occupation(value),
            count(from),
            count(to),
          ]),
        )
        .slice(0, MOST_ROWS),
    ]),
  );
}

function occupation(value: Occupation): string {
  return typeof value === 'number' ? `guest ${value}` : value;
}

function migrationText({ totals }: ReportData, drawn: number): string {
  if (totals.migrations === 0) return 'No guest moved to another CPU.';
  const many = drawn > MOST_MOVES ? ', which are drawn once few enough are in the window' : '';
  return `A line from lane to lane is a migration: there were ${count(totals.migrations)}${many}.`;
}

function coarse(resolution: number): string {
  return resolution === 0 ? '' : ` Spans below ${count(resolution)} cycles are drawn as one.`;
}

/** Lines from where a guest left one CPU to where it went on. */
function arrows(moves: readonly Move[], { text }: Theme): object {
  return {
    type: 'custom',
    clip: true,
    silent: true,
    tooltip: { show: false },
    dimensions: ['left', 'at', 'from', 'to'],
    encode: { x: [0, 1], y: [2, 3] },
    data: moves.map(({ left, at, from, to }) => [left, at, from, to]),
    renderItem: (
      _: unknown,
      api: { value(index: number): number; coord(point: number[]): number[] },
    ) => {
      const [x1, y1] = api.coord([api.value(0), api.value(2)]) as [number, number];
      const [x2, y2] = api.coord([api.value(1), api.value(3)]) as [number, number];
      const line = {
        shape: { x1, y1, x2, y2 },
        style: { stroke: text, lineWidth: 1.1, opacity: 0.75 },
      };
      const dot = { shape: { cx: x2, cy: y2, r: 2.6 }, style: { fill: text } };
      return {
        type: 'group',
        children: [
          { type: 'line', ...line },
          { type: 'circle', ...dot },
        ],
      };
    },
  };
}
