// SPDX-License-Identifier: GPL-2.0-or-later
import { checkVcpus, ConfigError, limits, type GuestGroup } from '@lguest-sim/simulation';
import type { Entry, ScenarioDocument } from './document.js';
import { expected } from './field-spec.js';
import { scenarioFields } from './fields.js';
import { readFields, type ReadValues } from './read-fields.js';
import { readProcesses } from './read-processes.js';
import type { ScenarioProcess } from './scenario.js';

/** What a scenario whose guests differ says of them. */
export interface ReadGuests {
  readonly groups: readonly GuestGroup[];
  /** Those that groups without own ones run, then each group's own. */
  readonly processes: readonly ScenarioProcess[];
}

/** What the configuration calls the keys of a group. */
const optionNames = { memory: 'memoryBytes', slice: 'guestSlice', zeroing: 'zeroing' } as const;

const { fields } = scenarioFields.guests;
const groupKeys = [...Object.keys(fields), 'processes'];

/**
 * Reads guests that are given as a list, each item for one guest or several that are alike.
 *
 * @param entry the list's
 * @param common processes for those that have none of their own, if there are any
 * @throws CommandError with file, line and path of the first that is wrong
 */
export function readGuestList(
  document: ScenarioDocument,
  entry: Entry,
  common: Entry | undefined,
): ReadGuests {
  const items = document.items(entry.value)!;
  if (items.length === 0) throw document.wrong(entry.value, 'guests', 'at least one', entry.value);
  const processes = common === undefined ? [] : readProcesses(document, common);
  const shared = numbers(0, processes.length);
  let areShared = false;
  const groups = items.map((node, index): GuestGroup => {
    const path = `guests[${index}]`;
    const entries = document.entries(node, path);
    if (!entries) throw document.wrong(node, path, `a mapping with ${groupKeys.join(', ')}`, node);
    const stranger = entries.find(({ key }) => !groupKeys.includes(key));
    if (stranger) throw document.unknownKey(stranger, path, groupKeys);
    const own = entries.find(({ key }) => key === 'processes');
    const first = processes.length;
    if (own) processes.push(...readProcesses(document, own, `${path}.processes`));
    else if (!common) {
      throw document.wrong(
        node,
        `${path}.processes`,
        'a list with at least one process',
        undefined,
      );
    } else areShared = true;
    const traces = own ? numbers(first, processes.length) : shared;
    const others = entries.filter((other) => other !== own);
    return { ...groupOf(document, others, path), traces };
  });
  if (common && !areShared) {
    const reason = 'no processes, as all guests have their own';
    throw document.wrong(common.keyNode, 'processes', reason, common.value);
  }
  checkCount(document, entry, groups);
  return { groups, processes };
}

function groupOf(document: ScenarioDocument, entries: readonly Entry[], path: string): GuestGroup {
  const values = readFields(document, entries, fields, path);
  const group: Record<string, unknown> = { count: values.get(`${path}.count`)?.value ?? 1 };
  for (const [key, option] of Object.entries(optionNames)) {
    const read = values.get(`${path}.${key}`);
    if (read) group[option] = read.value;
  }
  refuseVcpus(document, values, `${path}.vcpus`);
  return group as unknown as GuestGroup;
}

function refuseVcpus(document: ScenarioDocument, values: ReadValues, path: string): void {
  const read = values.get(path);
  try {
    checkVcpus(read?.value ?? 1);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw document.rephrased(read?.node, path, error.message.slice(error.option.length));
  }
}

function checkCount(document: ScenarioDocument, entry: Entry, groups: readonly GuestGroup[]): void {
  const guests = groups.reduce((sum, { count }) => sum + count, 0);
  if (guests <= limits.guests[1]) return;
  const most = `${expected(fields.count)} in all`;
  throw document.rephrased(entry.value, 'guests', `: expected ${most}, got ${guests}`);
}

function numbers(from: number, end: number): number[] {
  return Array.from({ length: end - from }, (_, index) => from + index);
}
