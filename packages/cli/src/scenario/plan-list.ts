// SPDX-License-Identifier: GPL-2.0-or-later
import {
  hotplugStates,
  limits,
  type HotplugEntry,
  type ScheduleEntry,
} from '@lguest-sim/simulation';
import type { Node } from 'yaml';
import type { ScenarioDocument } from './document.js';
import type { ValueSpec } from './field-spec.js';
import { readFields } from './read-fields.js';

/** Where the entries of lists were said, by what the configuration calls them: `hotplug[1].cpu`. */
export type Places = ReadonlyMap<string, string>;

/** What the lists of planned events hold. */
export interface PlanEntries {
  readonly hotplug: HotplugEntry;
  readonly schedule: ScheduleEntry;
}

/** Entries of a list, and where each of their values stands. */
export interface PlanList<Entry> {
  readonly entries: readonly Entry[];
  readonly places: Places;
}

const at: ValueSpec = {
  kind: 'integer',
  min: 0,
  max: Number.MAX_SAFE_INTEGER,
  description: 'When, in cycles of virtual time; not before the entry above.',
};

const numberBelow = ([, most]: readonly [number, number], description: string): ValueSpec => ({
  kind: 'integer',
  min: 0,
  max: most - 1,
  description,
});

/** What an entry of each list has to say, all of it. */
export const planFields = {
  hotplug: {
    at,
    cpu: numberBelow(limits.cpus, 'Number of the host CPU, from 0.'),
    state: { kind: 'choice', choices: hotplugStates, description: 'What it goes.' },
  },
  schedule: {
    at,
    guest: numberBelow(limits.guests, 'Number of the guest, from 0.'),
    cpu: numberBelow(limits.cpus, 'Number of the host CPU that its vCPU runs on from then on.'),
  },
} as const satisfies Record<keyof PlanEntries, Record<string, ValueSpec>>;

export const planDescriptions = {
  hotplug: 'Host CPUs that go offline and come back, in order of time.',
  schedule: 'Which host CPU each guest’s vCPU is on from when on, in order of time.',
} as const satisfies Record<keyof PlanEntries, string>;

/** The lists' keys. */
export const planNames = ['hotplug', 'schedule'] as const satisfies (keyof PlanEntries)[];

/**
 * Reads a list of planned events.
 *
 * @param path of the list in its file; empty if the file is nothing else
 * @throws CommandError with file, line and path of the first entry that is wrong
 */
export function readPlanList<Name extends keyof PlanEntries>(
  document: ScenarioDocument,
  name: Name,
  node: Node | undefined,
  path: string,
): PlanList<PlanEntries[Name]> {
  const items = document.items(node) ?? [];
  if (items.length === 0) throw document.wrong(node, path, 'a list with at least one entry', node);
  const places = new Map<string, string>();
  const entries = items.map((item, index) => {
    const values = readEntry(document, name, item, `${path}[${index}]`);
    const option = `${name}[${index}]`;
    places.set(option, `${document.place(item)}: ${path}[${index}]`);
    for (const [key, { node: value }] of values) {
      places.set(`${option}.${key}`, `${document.place(value)}: ${path}[${index}].${key}`);
    }
    return Object.fromEntries([...values].map(([key, { value }]) => [key, value]));
  });
  return { entries: entries as unknown as PlanEntries[Name][], places };
}

function readEntry(
  document: ScenarioDocument,
  name: keyof PlanEntries,
  item: Node | undefined,
  path: string,
) {
  const fields: Record<string, ValueSpec> = planFields[name];
  const keys = Object.keys(fields);
  const entries = document.entries(item, path);
  if (!entries) throw document.wrong(item, path, `a mapping with ${keys.join(', ')}`, item);
  const values = readFields(document, entries, fields, path);
  for (const key of keys) {
    if (!values.has(`${path}.${key}`)) {
      throw document.wrong(item, `${path}.${key}`, 'a value', undefined);
    }
  }
  return new Map(keys.map((key) => [key, values.get(`${path}.${key}`)!]));
}
