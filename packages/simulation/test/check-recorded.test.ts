// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TraceTree } from '@lguest-sim/trace';
import { openTrace, openTree } from '@lguest-sim/trace/node';
import { describe, expect, it } from 'vitest';
import type { TraceInput } from '../src/simulation.js';
import { check, guestsFor, machines } from './support/check.js';
import { policies } from './support.js';

const seconds = 1000;

/** Recorded traces and trees, beside the checkout, where somebody has put them. */
const shared = fileURLToPath(new URL('../../../../shared/traces/', import.meta.url));

/** Whether to run every input on every machine: some minutes. */
const isWhole = process.env['LGUEST_SIM_WHOLE_MATRIX'] === '1';

const entries = existsSync(shared) ? readdirSync(shared, { withFileTypes: true }) : [];
const inputs = entries
  .filter((entry) => entry.isDirectory() || entry.name.endsWith('.lackey.gz'))
  .map(({ name }) => name)
  .sort();

const pairs = machines.flatMap((machine) => inputs.map((input) => ({ input, ...machine })));

/**
 * A part of all pairs that takes less than a minute: every machine once, with another input than its
 * neighbours, so that every input meets every number of CPUs, each paging and each policy.
 */
const part = machines.flatMap((machine, index) => {
  const [ways, counts] = [policies.length, 3];
  const policy = index % ways;
  const count = Math.floor(index / ways) % counts;
  const paging = Math.floor(index / ways / counts);
  const input = inputs[(policy + count + 2 * paging) % inputs.length];
  return input === undefined ? [] : [{ input, ...machine }];
});

async function open(input: string): Promise<TraceInput | TraceTree> {
  const path = shared + input;
  if (!input.endsWith('.gz')) return openTree(path);
  return { name: input, open: () => openTrace(path) };
}

describe.skipIf(inputs.length === 0)(
  'a guest that runs recorded traces (skipped where there are none beside this checkout)',
  () => {
    it.each(isWhole ? pairs : part)(
      'cannot tell: $input, $cpus CPUs, $paging, $migrate',
      async ({ input, ...machine }) => {
        const opened = await open(input);
        await check([opened], { ...machine, guests: guestsFor(machine) });
      },
      120 * seconds,
    );

    it(
      'cannot tell: all of them at once in each guest',
      async () => {
        const machine = { cpus: 2, guests: 3, paging: 'pae', migrate: 'balance' } as const;
        const opened = [];
        for (const input of inputs) opened.push(await open(input));
        await check(opened, { ...machine, memoryBytes: 64 * 2 ** 20 });
      },
      120 * seconds,
    );

    it('is tested, if not with all, with each input on each kind of machine', () => {
      const met = (key: 'cpus' | 'paging' | 'migrate'): number =>
        new Set(part.map((run) => `${run.input} ${run[key]}`)).size;
      expect(part).toHaveLength(machines.length);
      expect([met('cpus'), met('paging'), met('migrate')]).toEqual(
        [3, 2, 4].map((kinds) => kinds * inputs.length),
      );
    });
  },
);
