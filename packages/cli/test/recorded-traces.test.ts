// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { carriedTrace, runResult } from './support/run-command.js';
import { countTrace } from './support/trace-count.js';

const seconds = 1000;

/** More traces, beside the checkout, where somebody has put them. */
const shared = fileURLToPath(new URL('../../../../shared/traces/', import.meta.url));
const sharedTraces = existsSync(shared)
  ? readdirSync(shared, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.lackey.gz'))
      .sort()
  : [];

describe('a recorded trace on two guests that move between two CPUs', () => {
  it(
    'sort.lackey.gz, which the command carries, is counted as a plain count does',
    () => check(carriedTrace),
    120 * seconds,
  );

  if (sharedTraces.length === 0) {
    it.skip('those in ../shared/traces: there are none beside this checkout', () => {});
  }

  it.each(sharedTraces)(
    '%s is counted as a plain count does',
    (name) => check(shared + name),
    120 * seconds,
  );

  it.runIf(sharedTraces.length > 1)(
    'all of them together are one process each',
    async () => {
      const paths = sharedTraces.map((name) => shared + name);
      const result = await runResult(['--trace', ...paths, '--cpus', '2', '--guests', '2']);
      const counts = paths.map(countTrace);
      for (const { processes } of result.guests) {
        expect(processes).toMatchObject(
          counts.map(({ accesses, pagesTouched }) => ({ accesses, pagesTouched })),
        );
      }
      expect(result.kills).toEqual([]);
    },
    240 * seconds,
  );
});

async function check(trace: string): Promise<void> {
  const machine = ['--cpus', '2', '--guests', '2', '--migrate', 'round-robin'];
  const { totals, guests, kills } = await runResult(['--trace', trace, ...machine]);
  const count = countTrace(trace);
  expect(kills).toEqual([]);
  expect(totals.migrations).toBeGreaterThan(0);
  expect(totals.switcherTargetedRemaps).toBeGreaterThan(0);
  expect(totals).toMatchObject({
    accesses: 2 * count.accesses,
    instructions: 2 * count.instructions,
    fetches: 2 * count.fetches,
    loads: 2 * count.loads,
    stores: 2 * count.stores,
  });
  for (const { processes } of guests) {
    expect(processes).toHaveLength(1);
    expect(processes[0]).toMatchObject({
      accesses: count.accesses,
      pagesTouched: count.pagesTouched,
    });
  }
}
