// SPDX-License-Identifier: GPL-2.0-or-later
import type { ReportData } from '../../src/report/report-data.js';
import { section } from '../dom.js';
import { count, rebinned, share, sum } from '../numbers.js';
import { countAxis, LEFT, Plot, RIGHT, timeAxis, type PlotOption } from '../plot.js';
import { tableOnDemand } from '../table.js';
import { tipLook, type Theme } from '../theme.js';
import type { WindowControl } from '../window.js';

const HEIGHT = 250;
const MOST_POINTS = 256;
const MOST_LINES = 64;

/** An axis of percentages that begins below the least of them. */
function scaleFrom(least: number): { min: number; interval: number } {
  if (least >= 90) return { min: 90, interval: 2 };
  return least >= 50 ? { min: 50, interval: 10 } : { min: 0, interval: 25 };
}

/** The share of translations that the TLBs held, over virtual time. */
export function drawHitRate({ series, end, totals }: ReportData, window: WindowControl): void {
  const { tlbHits, tlbMisses } = series.columns;
  const size = Math.ceil(tlbHits.length / MOST_POINTS);
  const interval = series.interval * size;
  const [hits, misses] = [rebinned(tlbHits, size), rebinned(tlbMisses, size)];
  const rates = hits.map((hit, index) => {
    const all = hit + misses[index]!;
    return all === 0 ? null : (100 * hit) / all;
  });
  const least = Math.min(...rates.filter((rate) => rate !== null));
  const place = section({
    id: 'hit-rate',
    title: 'TLB hit rate',
    about: `${share(totals.tlbHits, sum([totals.tlbHits, totals.tlbMisses]))} of all translations were in the TLB. Every world switch loads CR3 twice, and each load empties it.`,
  });
  const option = (theme: Theme): PlotOption => ({
    grid: { left: LEFT, right: RIGHT, top: 12, bottom: 26 },
    xAxis: timeAxis(theme, end),
    yAxis: countAxis(theme, {
      ...scaleFrom(least),
      max: 100,
      axisLabel: { color: theme.soft, formatter: '{value} %' },
    }),
    series: [
      {
        type: 'line',
        showSymbol: false,
        connectNulls: false,
        lineStyle: { width: 1.5 },
        areaStyle: { opacity: 0.16, origin: 'start' },
        color: theme.accent,
        data: rates.map((rate, index) => [(index + 0.5) * interval, rate ?? '-']),
      },
    ],
    tooltip: {
      trigger: 'axis',
      ...tipLook(theme),
      formatter: (items: unknown) =>
        at((items as { axisValue: number }[])[0]?.axisValue ?? 0).replace(': ', '<br>'),
    },
  });
  const at = (time: number): string => {
    const index = Math.min(hits.length - 1, Math.floor(time / interval));
    const all = hits[index]! + misses[index]!;
    return `cycles ${count(index * interval)} to ${count((index + 1) * interval)}: ${share(hits[index]!, all)} of ${count(all)} translations`;
  };
  const label = 'Share of translations that the TLBs held, over virtual time.';
  new Plot(place, window, { label, height: HEIGHT, option, at, step: interval });
  place.append(
    tableOnDemand('The numbers as a table', () => {
      const wide = Math.ceil(tlbHits.length / MOST_LINES);
      const [h, m] = [rebinned(tlbHits, wide), rebinned(tlbMisses, wide)];
      const rows = h.map((hit, index) => [
        count(index * series.interval * wide),
        hit,
        m[index]!,
        share(hit, hit + m[index]!),
      ]);
      return [['from cycle', 'TLB hits', 'TLB misses', 'hit rate'], rows];
    }),
  );
}
