// SPDX-License-Identifier: GPL-2.0-or-later
import { ConfigError, configure, defaultConfig, type PluginSet } from '@lguest-sim/simulation';
import { scenarioError } from '../scenario/document.js';
import type { Places } from '../scenario/plan-list.js';
import { loadSchedule } from '../scenario/schedule-file.js';
import type { Scenario } from '../scenario/scenario.js';
import type { OptionConfig, RunRequest } from './run-options.js';

/** What options set, with the files that they name read. */
export interface GivenConfig {
  readonly config: OptionConfig;
  /** Where the entries of its lists, and of the scenario's, were said. */
  readonly places: Places;
}

/**
 * Completes what the options set with what takes a file, or goes on from what the scenario says.
 * @throws CommandError for a schedule that cannot be read
 */
export async function givenConfig(
  { config, costs, costModel, hotplug, inject, schedule: file }: RunRequest,
  scenario: Scenario | undefined,
  plugins: PluginSet,
): Promise<GivenConfig> {
  const model =
    costModel === undefined
      ? { ...defaultConfig.costs, ...scenario?.config.costs }
      : configure({ costs: costModel }, plugins).costs;
  const schedule = file === undefined ? undefined : await loadSchedule(file);
  // Another policy than the schedule's leaves the scenario's schedule aside.
  const isAside = schedule === undefined && (config.migrate ?? 'schedule') !== 'schedule';
  return {
    config: {
      ...config,
      ...((costs ?? costModel) !== undefined && { costs: { ...model, ...costs } }),
      ...(hotplug && { hotplug: hotplug.entries }),
      ...(inject && { inject }),
      ...(schedule && { schedule: schedule.entries }),
      ...(isAside && { schedule: [] }),
    },
    places: {
      ...scenario?.places,
      ...hotplug?.places,
      ...injectPlaces(inject),
      ...schedule?.places,
    },
  };
}

function injectPlaces(inject: readonly string[] | undefined): Places {
  const said = (inject ?? []).map((text, index) => [`inject[${index}]`, `--inject ${text}`]);
  return Object.fromEntries(said) as Places;
}

/**
 * Tells of an entry that cannot be where it was said.
 * @returns what to throw in place of `error`
 */
export function placedError(error: unknown, places: Places): unknown {
  const place = error instanceof ConfigError ? places[error.option] : undefined;
  if (place === undefined) return error;
  const { message, option } = error as ConfigError;
  return scenarioError(`${place}${message.slice(option.length)}`, error);
}
