// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { HistoryDocument, ResultDocument } from '@lguest-sim/simulation';
import { describe, expect, it } from 'vitest';
import { reportData } from '../src/report/report-data.js';
import { reportHtml } from '../src/report/report-html.js';
import { seriesCsv, seriesMeanings } from '../src/series-csv.js';
import { historyOf } from './support/run.js';

const shell = readFileSync(fileURLToPath(new URL('../dist/report.html', import.meta.url)), 'utf8');

type Columns = HistoryDocument['series']['columns'];

/** A history as large as one gets, with numbers of a run of many million accesses. */
function largest({ series, heat }: HistoryDocument): HistoryDocument {
  const many = Array.from({ length: 1024 }, (_, index) => 1_000_000 + 37 * index);
  const columns = Object.fromEntries(Object.keys(series.columns).map((name) => [name, many]));
  const spans = Array.from({ length: 8192 }, (_, index) => {
    const from = 10_000_000 + index * 10_000;
    return { from, to: from + 10_000, parts: 20 };
  });
  const content = { process: 100, gpgdir: 0x01234000, evicted: true };
  const rows = Array.from({ length: 512 }, (_, row) => ({
    page: row * 64,
    counts: Array<number>(128).fill(1234),
  }));
  return {
    end: 100_000_000,
    series: { interval: 131_072, columns: columns as unknown as Columns },
    timeline: { resolution: 1024, cpus: [spans.map((span) => ({ ...span, value: 12 }))] },
    slots: [
      { guest: 0, resolution: 1024, slots: [spans.map((span) => ({ ...span, value: content }))] },
    ],
    heat: { ...heat, rows },
  };
}

describe('the page of a report', () => {
  it('is below 2 MB however long the run is', async () => {
    const { result, history } = await historyOf();
    const guest = result.guests[0]!;
    const processes = Array.from({ length: 5_000 }, () => guest.processes[1]!);
    const long: ResultDocument = { ...result, guests: [{ ...guest, processes }] };
    const page = reportHtml(shell, reportData(long, largest(history)));
    expect(Buffer.byteLength(page)).toBeLessThan(2_000_000);
  });

  it('is the same for the same run', async () => {
    const [first, second] = [await historyOf(), await historyOf()];
    const html = ({ result, history }: typeof first) =>
      reportHtml(shell, reportData(result, history));
    expect(html(second) === html(first)).toBe(true);
  });

  it('cannot be broken out of by a name', async () => {
    const { result, history } = await historyOf();
    expect(result.config.traces[1]).toContain('</script>');
    const page = reportHtml(shell, reportData(result, history));
    expect(page.split('</script>').length).toBe(shell.split('</script>').length);
  });

  it('asks for nothing from elsewhere', () => {
    expect(shell).not.toMatch(/<(?:script|link|img)[^>]+(?:src|href)="(?!data:)/);
    expect(shell).not.toMatch(/@import|url\((?!data:)/);
  });
});

describe('a series as CSV', () => {
  it('has a line of names that are all explained, and numbers that add up to the totals', async () => {
    const { result, history } = await historyOf();
    const [names, ...lines] = seriesCsv(history.series)
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    expect(names).toEqual(Object.keys(seriesMeanings));
    const sum = (name: string) =>
      lines.reduce((all, line) => all + Number(line[names!.indexOf(name)]), 0);
    for (const name of ['accesses', 'tlbMisses', 'worldSwitches', 'slotEvictions'] as const) {
      expect(sum(name)).toBe(result.totals[name]);
    }
    lines.slice(1).forEach((line, index) => expect(line[0]).toBe(lines[index]![1]));
    expect(Number(lines.at(-1)![1])).toBeGreaterThanOrEqual(result.totals.cycles);
  });
});
