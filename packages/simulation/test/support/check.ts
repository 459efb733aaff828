// SPDX-License-Identifier: GPL-2.0-or-later
import type { TraceTree } from '@lguest-sim/trace';
import { expect } from 'vitest';
import type { SimulationConfig } from '../../src/config.js';
import type { TraceInput } from '../../src/simulation.js';
import { policies, resultsOf, small } from '../support.js';

/** Every number of CPUs, with each paging, and with each way to go from one to another. */
export const machines = (['two-level', 'pae'] as const).flatMap((paging) =>
  [1, 2, 4].flatMap((cpus) => policies.map((migrate) => ({ cpus, paging, migrate }))),
);

/** Guests that move on a machine: the policy that balances needs one too many. */
export function guestsFor({ cpus, migrate }: (typeof machines)[number]): number {
  return migrate === 'balance' ? cpus + 1 : 2;
}

/**
 * Runs guests, two unless told otherwise, under check to their end, in which nobody may be killed.
 * Short slices: what goes wrong, goes wrong between them.
 */
export async function check(
  inputs: readonly (TraceInput | TraceTree)[],
  machine: Partial<SimulationConfig>,
): Promise<void> {
  const slices = { slice: 20_000, guestSlice: 15_000, guests: 2 };
  const { kills, guests, status } = await resultsOf(
    { ...small, ...slices, ...machine, check: true },
    inputs,
  );
  expect(status).toBe('finished');
  expect(kills).toEqual([]);
  expect(guests.flatMap(({ processes }) => processes).map((p) => p.status)).not.toContain('killed');
}
