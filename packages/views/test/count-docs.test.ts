// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs';
import {
  cpuCountMeanings,
  cpuFieldMeanings,
  hostCountMeanings,
  processFieldMeanings,
  totalMeanings,
} from '@lguest-sim/simulation';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ResultDocument } from '@lguest-sim/simulation';
import { seriesMeanings } from '../src/series-csv.js';
import { historyOf } from './support/run.js';

/** Between a table's markers the rows, each as name and meaning. */
function rowsOf(file: string, place: string): Record<string, string> {
  const text = readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8');
  const [, table] = new RegExp(`<!-- ${place}:begin -->([^]*)<!-- ${place}:end -->`).exec(text)!;
  const rows = [...table!.matchAll(/^\| `(\w+)` +\| (.*?) +\|$/gm)];
  return Object.fromEntries(rows.map(([, name, meaning]) => [name!, meaning!]));
}

let result: ResultDocument;
beforeAll(async () => {
  ({ result } = await historyOf());
});

describe('what counts mean', () => {
  // If not: node tools/count-docs.mjs
  it.each([
    ['json.md', 'cpu-counts', cpuCountMeanings],
    ['json.md', 'host-counts', hostCountMeanings],
    ['json.md', 'cpu-fields', cpuFieldMeanings],
    ['json.md', 'process-fields', processFieldMeanings],
    ['views.md', 'series', seriesMeanings],
  ] as const)('is said in %s, %s, as the code says it', (file, place, meanings) => {
    expect(rowsOf(file, place)).toEqual(meanings);
  });

  it('is said of everything that a result has', () => {
    expect(Object.keys(totalMeanings).sort()).toEqual(Object.keys(result.totals).sort());
    const cpu = { ...cpuCountMeanings, ...cpuFieldMeanings };
    expect(Object.keys(cpu).sort()).toEqual(Object.keys(result.cpus[0]!).sort());
    const [process] = result.guests[0]!.processes;
    expect(Object.keys(processFieldMeanings)).toEqual(
      expect.arrayContaining(Object.keys(process!)),
    );
  });
});
