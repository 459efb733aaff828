// SPDX-License-Identifier: GPL-2.0-or-later
import type { SimulationConfig } from './config.js';
import { ConfigError } from './config-error.js';
import { hotplugStates } from './plan.js';

/** Latest time of what is planned, in cycles: clocks are exact up to there. */
export const LATEST_TIME = Number.MAX_SAFE_INTEGER;

type Planned = Pick<SimulationConfig, 'cpus' | 'guests' | 'migrate' | 'hotplug' | 'schedule'>;

/**
 * Checks what is planned: that each entry fits the machine, that times do not go back, and that
 * there is a CPU online at any time.
 * @throws ConfigError naming the first entry that is wrong
 */
export function checkPlan(config: Planned): void {
  const { cpus, guests, schedule, migrate } = config;
  if ((migrate === 'schedule') !== schedule.length > 0) {
    throw migrate === 'schedule'
      ? new ConfigError('schedule', 'entries for the policy schedule', 'none')
      : new ConfigError('migrate', 'schedule, since there is one', migrate);
  }
  checkTimes('schedule', schedule);
  for (const [index, { guest, cpu }] of schedule.entries()) {
    checkNumber(`schedule[${index}].guest`, guest, guests);
    checkNumber(`schedule[${index}].cpu`, cpu, cpus);
  }
  checkHotplug(config);
}

function checkHotplug({ cpus, hotplug }: Planned): void {
  checkTimes('hotplug', hotplug);
  const online = new Set(Array.from({ length: cpus }, (_, cpu) => cpu));
  for (const [index, { cpu, state }] of hotplug.entries()) {
    const option = `hotplug[${index}]`;
    checkNumber(`${option}.cpu`, cpu, cpus);
    if (!hotplugStates.includes(state)) {
      throw new ConfigError(`${option}.state`, `one of ${hotplugStates.join(', ')}`, state);
    }
    if (online.has(cpu) === (state === 'online')) {
      const other = state === 'online' ? 'offline' : 'online';
      throw new ConfigError(option, `CPU ${cpu} to be ${other} by then`, `one that is ${state}`);
    }
    if (state === 'online') online.add(cpu);
    else online.delete(cpu);
    if (online.size === 0) {
      throw new ConfigError(option, 'at least one CPU to stay online', `CPU ${cpu}, the last one`);
    }
  }
}

function checkTimes(list: string, entries: readonly { readonly at: number }[]): void {
  let last = 0;
  for (const [index, { at }] of entries.entries()) {
    if (!Number.isInteger(at) || at < 0 || at > LATEST_TIME) {
      throw new ConfigError(`${list}[${index}].at`, 'a whole number of cycles', at);
    }
    if (at < last) {
      throw new ConfigError(`${list}[${index}].at`, `at least the ${last} before it`, at);
    }
    last = at;
  }
}

function checkNumber(option: string, value: number, count: number): void {
  if (Number.isInteger(value) && value >= 0 && value < count) return;
  throw new ConfigError(option, `a whole number from 0 to ${count - 1}`, value);
}
