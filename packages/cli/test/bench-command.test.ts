// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lguestSim } from './support/command.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const seconds = 1000;
const root = temporaryDirectory();

/** What `--json` writes, as far as it is looked at here. */
interface BenchDocument {
  readonly schema: string;
  readonly machine: Record<string, unknown>;
  readonly results: readonly {
    readonly name: string;
    readonly unit: string;
    readonly aim: number | null;
    readonly median: number;
    readonly least: number;
    readonly most: number;
    readonly repeats: number;
  }[];
}

describe('lguest-sim bench', { timeout: 120 * seconds }, () => {
  it('measures what is named, so often as wanted, and tells median and spread', async () => {
    const json = join(root, 'bench.json');
    const names = ['short', 'decode-packed', 'ring'];
    const options = ['--repeats', '3', '--records', '10000', '--json', json];
    const { code, stdout, stderr } = await lguestSim(['bench', ...names, ...options]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { schema, results } = JSON.parse(readFileSync(json, 'utf8')) as BenchDocument;
    expect(schema).toBe('lguest-sim/bench/1');
    expect(results.map(({ name }) => name)).toEqual(names);
    for (const { name, median, least, most, repeats } of results) {
      expect(repeats).toBe(3);
      expect(least).toBeGreaterThan(0);
      expect(least).toBeLessThanOrEqual(median);
      expect(median).toBeLessThanOrEqual(most);
      expect(stdout).toMatch(new RegExp(`^${name} `, 'm'));
    }
  });

  it('tells round trips in nanoseconds, and next to them what is aimed at', async () => {
    const options = ['--repeats', '3', '--json', '-'];
    const { code, stdout } = await lguestSim(['bench', 'fault', 'set-pte', ...options]);
    expect(code).toBe(0);
    const { results } = JSON.parse(stdout) as BenchDocument;
    for (const { unit, aim, median } of results) {
      expect({ unit, aim }).toEqual({ unit: 'ns', aim: 2000 });
      // Neither nothing nor a millisecond: the thing itself was measured.
      expect(median).toBeGreaterThan(200);
      expect(median).toBeLessThan(1_000_000);
    }
  });

  it('leaves no file behind', async () => {
    const left = (): string[] =>
      readdirSync(tmpdir()).filter((name) => name.startsWith('lguest-sim-bench-'));
    const before = left();
    await lguestSim(['bench', 'decode-text', '--repeats', '3', '--records', '1000']);
    expect(left()).toEqual(before);
  });

  it('takes no name that it does not know, and no number that cannot be', async () => {
    const unknown = await lguestSim(['bench', 'dance']);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('expected names of benchmarks (short, text, packed');
    expect(unknown.stderr).toContain('got "dance"');
    const few = await lguestSim(['bench', '--repeats', '1']);
    expect(few.code).toBe(2);
    expect(few.stderr).toContain('--repeats: expected a whole number from 3 to 1000');
  });
});
