// SPDX-License-Identifier: GPL-2.0-or-later
import type { ReportData } from '../../src/report/report-data.js';
import { section } from '../dom.js';
import { address, count, sum } from '../numbers.js';
import { Plot, type PlotOption } from '../plot.js';
import type { Rectangle } from '../rectangles.js';
import { tableOnDemand } from '../table.js';
import type { Theme } from '../theme.js';
import type { WindowControl } from '../window.js';
import { heatColour } from './heat-colour.js';
import { laneOption, LANES_AROUND } from './lanes.js';

const MOST_ROWS = 1_000;
/** Where guest kernels begin, and, one page lower than any of its places, the Switcher. */
const KERNEL_PAGE = 0xc0000;
const SWITCHER_PAGE = 0xff800;

/** Which pages were in use when. */
export function drawHeat({ heat, end }: ReportData, window: WindowControl): void {
  const { interval, pagesPerRow } = heat;
  // The highest addresses at the top, as memory is drawn.
  const rows = heat.rows.toReversed();
  if (rows.length === 0) return;
  const most = rows.reduce((high, { counts }) => Math.max(high, ...counts), 1);
  const place = section({
    id: 'heat',
    title: 'Touched pages',
    about: `Each line is ${pagesPerRow === 1 ? 'a page' : `${count(pagesPerRow)} neighbouring pages`} of virtual memory, of all guests together, each column ${count(interval)} cycles; pages that nobody touched are left out. The more often a page was in the TLB when its guest was left, the stronger the colour (most often: ${count(most)}). From the top: the Switcher, the guests’ kernels, stacks, libraries, heap and program.`,
    wide: true,
  });
  const cells = (theme: Theme): Rectangle[] =>
    rows.flatMap(({ page, counts }, row) =>
      counts.flatMap((seen, index) =>
        seen === 0
          ? []
          : {
              from: index * interval,
              to: Math.min(end, (index + 1) * interval),
              row,
              colour: heatColour(seen / most, theme.isDark),
              tip: `${address(page * 4096)} (${area(page)})<br>cycles ${count(index * interval)} to ${count((index + 1) * interval)}<br>in the TLB ${count(seen)} times`,
            },
      ),
    );
  const option = (theme: Theme): PlotOption => {
    const names = rows.map(({ page }) => address(page * 4096));
    const made = laneOption(theme, { names, spans: cells(theme), style: { height: 1 }, end });
    const yAxis = made.yAxis as { axisLabel: object; splitLine: object };
    yAxis.splitLine = { show: false };
    yAxis.axisLabel = {
      color: theme.soft,
      fontSize: 9,
      margin: 4,
      interval: labelled(rows),
      formatter: '{value}',
    };
    return made;
  };
  const at = (time: number): string => {
    const index = Math.floor(time / interval);
    const touched = rows.filter(({ counts }) => (counts[index] ?? 0) > 0);
    const hottest = touched.toSorted((a, b) => b.counts[index]! - a.counts[index]!).slice(0, 4);
    const list = hottest.map(({ page }) => `${address(page * 4096)} (${area(page)})`);
    return `cycle ${count(time)}: ${count(touched.length)} lines touched, most often ${list.join(', ')}`;
  };
  const label = `Heat map of ${rows.length} pages over virtual time.`;
  const height = LANES_AROUND + Math.max(160, Math.min(720, rows.length * 3.4));
  new Plot(place, window, { label, height, option, at, step: interval });
  place.append(
    tableOnDemand('The pages as a table', () => [
      ['from address', 'part', 'seen in the TLB', 'in intervals'],
      rows
        .map(({ page, counts }) => [
          address(page * 4096),
          area(page),
          sum(counts),
          counts.filter((seen) => seen > 0).length,
        ])
        .slice(0, MOST_ROWS),
    ]),
  );
}

function area(page: number): string {
  if (page >= SWITCHER_PAGE) return 'Switcher';
  return page >= KERNEL_PAGE ? 'guest kernel' : 'process';
}

/** Whether a line is the last one of a stretch without gaps, or its tenth: these have their address beside them. */
function labelled(rows: ReportData['heat']['rows']): (index: number) => boolean {
  const least = Math.ceil(rows.length / 50);
  let last = -Infinity;
  const chosen = new Set<number>();
  rows.forEach(({ page }, index) => {
    const below = rows[index + 1]?.page;
    const ends = below === undefined || page - below > 64;
    if (!ends || index - last < least) return;
    chosen.add(index);
    last = index;
  });
  return (index) => chosen.has(index);
}
