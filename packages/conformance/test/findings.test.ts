// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HostPool, readTraces, type Trace } from '../src/index.js';
import { contentsOf, recordings, traceFiles, vectors } from './support/files.js';
import { tally, type Tally } from './support/findings.js';

const TIMEOUT = 240_000;
const document = readFileSync(new URL('../../../docs/defects.md', import.meta.url), 'utf8');

function* tracesOf(folder: string): Generator<Trace> {
  for (const name of traceFiles(folder)) yield* readTraces(contentsOf(folder, name));
}

/** The rows of the document's table of findings: kind, two-level, PAE, defect. */
function documentedTally(): Tally[] {
  const row =
    /^\| `?(?<kind>[^|`]+?)`? +\| (?<two>\d+) +\| (?<pae>\d+) +\| (?<defect>[RN]\d+) +\|/gm;
  return [...document.matchAll(row)].map(({ groups }) => ({
    kind: groups!.kind!,
    defect: groups!.defect!,
    twoLevel: Number(groups!.two),
    pae: Number(groups!.pae),
  }));
}

const inOrder = (rows: Tally[]): Tally[] =>
  rows.toSorted((a, b) => (a.kind + a.defect < b.kind + b.defect ? -1 : 1));

describe('every crash, leak and count below zero', () => {
  it(
    'in this package’s vectors has one of the known defects as its cause',
    { timeout: TIMEOUT },
    () => {
      const rows = tally(tracesOf(vectors), new HostPool());
      expect(rows.length).toBeGreaterThan(4);
      expect(rows.filter((row) => row.defect === 'unknown')).toEqual([]);
    },
  );

  it.skipIf(traceFiles(recordings).length === 0)(
    'in all recordings is counted in docs/defects.md, by its cause',
    { timeout: TIMEOUT },
    () => {
      const rows = tally(tracesOf(recordings), new HostPool());
      expect(inOrder(rows)).toEqual(inOrder(documentedTally()));
    },
  );
});
