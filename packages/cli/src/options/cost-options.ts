// SPDX-License-Identifier: GPL-2.0-or-later
import { defaultConfig, type SimulationConfig } from '@lguest-sim/simulation';
import { optionError, usageError } from '../errors.js';
import { MOST_CYCLES } from '../scenario/fields.js';
import { isNear } from './near.js';

type Costs = SimulationConfig['costs'];

const names = Object.keys(defaultConfig.costs) as (keyof Costs)[];

/**
 * What `--cost NAME=CYCLES` says, each time; undefined if it was not given.
 * @throws CommandError for a cost that does not exist, or a number that it cannot be
 */
export function readCosts(texts: readonly string[] | undefined): Partial<Costs> | undefined {
  if (texts === undefined) return undefined;
  if (texts.length === 0) throw optionError('cost', 'NAME=CYCLES', '');
  const costs: Partial<Record<keyof Costs, number>> = {};
  for (const text of texts) {
    const [name, cycles] = readCost(text);
    if (costs[name] !== undefined) throw usageError(`--cost: expected ${name} once, got it twice`);
    costs[name] = cycles;
  }
  return costs;
}

function readCost(text: string): [name: keyof Costs, cycles: number] {
  const [given = '', cycles = '', more] = text.split('=');
  const name = names.find((known) => known === given);
  if (name === undefined || more !== undefined) {
    const near = names.find((known) => isNear(known, given));
    const meant = near === undefined ? '' : `; did you mean ${near}?`;
    throw optionError('cost', `NAME=CYCLES with one of ${names.join(', ')}`, text + meant);
  }
  const least = name === 'access' ? 1 : 0;
  const value = /^\d{1,10}$/.test(cycles) ? Number(cycles) : NaN;
  if (value >= least && value <= MOST_CYCLES) return [name, value];
  throw optionError('cost', `${name}=CYCLES, a whole number from ${least} to ${MOST_CYCLES}`, text);
}
