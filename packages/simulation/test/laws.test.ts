// SPDX-License-Identifier: GPL-2.0-or-later
import { beforeAll, describe, expect, it } from 'vitest';
import { assertLaws, LawViolation } from '../src/laws.js';
import type { ResultDocument, Totals } from '../src/result-document.js';
import { resultsOf, small, wanderingTrace } from './support.js';

describe('the laws between counts', () => {
  let result: ResultDocument;

  beforeAll(async () => {
    result = await resultsOf({ ...small, cpus: 2, guests: 2 }, [wanderingTrace('a', 4_000, 30)]);
  });

  it('hold at the end of a run', () => {
    expect(() => assertLaws(result)).not.toThrow();
  });

  it.each<keyof Totals>([
    'accesses',
    'loads',
    'kernelAccesses',
    'hardwareAccesses',
    'tlbHits',
    'tlbMisses',
    'pageFaults',
    'worldSwitches',
    'switcherSkips',
    'tableSwitches',
    'slotHits',
  ])('name what is wrong when %s is off by one', (name) => {
    const totals = { ...result.totals, [name]: (result.totals[name] as number) + 1 };
    expect(() => assertLaws({ ...result, totals })).toThrow(LawViolation);
    expect(() => assertLaws({ ...result, totals })).toThrow(new RegExp(name));
  });
});
