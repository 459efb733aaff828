// SPDX-License-Identifier: GPL-2.0-or-later
import { basename } from 'node:path';
import {
  ConfigError,
  configure,
  defaultConfig,
  type PluginSet,
  type SimulationConfig,
} from '@lguest-sim/simulation';
import { placedError } from '../options/given-config.js';
import { ScenarioDocument, type Entry } from './document.js';
import { configPaths, scenarioFields } from './fields.js';
import { planNames, readPlanList, type Places } from './plan-list.js';
import { readFields, type ReadValues } from './read-fields.js';
import { readInject } from './read-inject.js';
import { readGuestList, type ReadGuests } from './read-guests.js';
import { readProcesses } from './read-processes.js';
import type { Scenario, ScenarioProcess } from './scenario.js';

/**
 * Reads a scenario.
 *
 * @param file its name, for messages and as what its paths are relative to
 * @param text what it holds
 * @param plugins that it can name; those that are built in unless given
 * @throws CommandError with file, line, key and what was expected, for the first that is wrong
 */
export function readScenario(file: string, text: string, plugins?: PluginSet): Scenario {
  const document = new ScenarioDocument(file, text, plugins);
  const keys = [...Object.keys(scenarioFields), ...planNames, 'inject', 'processes'];
  const { root } = document;
  const entries = document.entries(root, '');
  if (!entries) throw document.wrong(root, '', `a mapping with ${keys.join(', ')}`, root);
  const stranger = entries.find(({ key }) => !keys.includes(key));
  if (stranger) throw document.unknownKey(stranger, '', keys);
  const list = entries.find(({ key }) => key === 'processes');
  const guests = entries.find(({ key, value }) => key === 'guests' && document.items(value));
  const faults = entries.find(({ key }) => key === 'inject');
  const apart = [list, guests, faults];
  const others = entries.filter((entry) => !apart.includes(entry) && !isPlan(entry));
  const values = readFields(document, others, scenarioFields);
  const { groups, processes } = readWork(document, list, guests);
  const plan = readPlan(document, entries.filter(isPlan));
  const { inject, places: injected } = faults
    ? readInject(document, faults)
    : { inject: undefined, places: {} };
  const places = { ...plan.places, ...injected };
  const lists = { ...(groups && { groups }), ...(inject && { inject }) };
  const config = { ...plan.config, ...configOf(values), ...lists };
  checkConfig(document, config, { values, places });
  return {
    file,
    name: String(values.get('name')?.value ?? basename(file).replace(/\.ya?ml$/, '')),
    description: String(values.get('description')?.value ?? ''),
    config,
    places,
    processes,
  };
}

/** Who runs what: all guests the same, unless they are listed. */
function readWork(
  document: ScenarioDocument,
  list: Entry | undefined,
  guests: Entry | undefined,
): ReadGuests | { readonly groups?: undefined; readonly processes: ScenarioProcess[] } {
  if (guests) return readGuestList(document, guests, list);
  if (list) return { processes: readProcesses(document, list) };
  const expected = 'a list with at least one process';
  throw document.wrong(document.root, 'processes', expected, undefined);
}

function isPlan({ key }: Entry): boolean {
  return planNames.some((name) => name === key);
}

/** The lists of planned events. A schedule needs no other word to be followed. */
function readPlan(
  document: ScenarioDocument,
  entries: readonly Entry[],
): { readonly config: Partial<SimulationConfig>; readonly places: Places } {
  const places: Record<string, string> = {};
  const config: Record<string, unknown> = {};
  for (const name of planNames) {
    const entry = entries.find(({ key }) => key === name);
    if (entry === undefined) continue;
    const list = readPlanList(document, name, entry.value ?? entry.keyNode, name);
    Object.assign(places, list.places);
    config[name] = list.entries;
    if (name === 'schedule') config['migrate'] = 'schedule';
  }
  return { config, places };
}

function configOf(values: ReadValues): Partial<SimulationConfig> {
  const config: Record<string, unknown> = {};
  for (const [option, path] of Object.entries(configPaths)) {
    const standard = defaultConfig[option as keyof typeof configPaths];
    const given = typeof standard === 'object' ? group(path, values) : values.get(path)?.value;
    if (given === undefined) continue;
    config[option] = typeof given === 'object' ? Object.assign({}, standard, given) : given;
  }
  return config;
}

/** The values below a path, by their last key; undefined if there is none. */
function group(path: string, values: ReadValues): Record<string, unknown> | undefined {
  const inner = [...values].filter(([name]) => name.startsWith(`${path}.`));
  if (inner.length === 0) return undefined;
  return Object.fromEntries(inner.map(([name, { value }]) => [name.slice(path.length + 1), value]));
}

/** What depends on more than one value, the configuration can tell. */
function checkConfig(
  document: ScenarioDocument,
  config: Partial<SimulationConfig>,
  { values, places }: { readonly values: ReadValues; readonly places: Places },
): void {
  try {
    configure(config, document.plugins);
  } catch (error) {
    if (!(error instanceof ConfigError) || Object.hasOwn(places, error.option)) {
      throw placedError(error, places);
    }
    const [option, ...inner] = error.option.split('.');
    const path = [configPaths[option as keyof typeof configPaths] ?? option, ...inner].join('.');
    const beside = path.slice(0, path.lastIndexOf('.') + 1);
    const near = [...values].find(([name]) => name.startsWith(beside));
    const node = (values.get(path) ?? near?.[1])?.node;
    throw document.rephrased(node, path, error.message.slice(error.option.length));
  }
}
