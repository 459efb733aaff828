// SPDX-License-Identifier: GPL-2.0-or-later
import { defaultCosts } from '@lguest-sim/bus';

/** A cost that cannot be. */
export interface BadCost {
  readonly name: string;
  readonly expected: string;
  readonly value: unknown;
}

/** Finds the first cost that cannot be: there is no such cost, or it is no number of cycles. */
export function badCost(costs: object): BadCost | undefined {
  for (const [name, value] of Object.entries(costs) as [string, unknown][]) {
    if (!Object.hasOwn(defaultCosts, name)) {
      return { name, expected: `one of ${Object.keys(defaultCosts).join(', ')}`, value };
    }
    if (!Number.isInteger(value) || (value as number) < 0) {
      return { name, expected: 'a whole number of cycles', value };
    }
    if (name === 'access' && value === 0) return { name, expected: 'at least 1 cycle', value };
  }
  return undefined;
}
