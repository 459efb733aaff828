// SPDX-License-Identifier: GPL-2.0-or-later
import { hotplugStates, limits, type HotplugEntry } from '@lguest-sim/simulation';
import { optionError } from '../errors.js';
import type { PlanList } from '../scenario/plan-list.js';
import type { ParsedArguments } from './command-syntax.js';

/**
 * What `--offline` and `--online` say, in order of time; undefined if neither was given.
 * @throws CommandError for what is not `CPU@CYCLE`
 */
export function readHotplug({ lists }: ParsedArguments): PlanList<HotplugEntry> | undefined {
  const said = hotplugStates.flatMap((state) =>
    (lists[state] ?? []).map((text) => ({ entry: readEntry(state, text), text })),
  );
  if (hotplugStates.every((state) => lists[state] === undefined)) return undefined;
  said.sort((a, b) => a.entry.at - b.entry.at);
  const places = new Map<string, string>();
  for (const [index, { entry, text }] of said.entries()) {
    for (const key of ['', '.at', '.cpu']) {
      places.set(`hotplug[${index}]${key}`, `--${entry.state} ${text}`);
    }
  }
  return { entries: said.map(({ entry }) => entry), places };
}

function readEntry(state: HotplugEntry['state'], text: string): HotplugEntry {
  const match = /^(\d{1,4})@(\d{1,15})$/.exec(text);
  if (match === null) {
    const expected = `CPU@CYCLE such as 1@200000, with a CPU below ${limits.cpus[1]}`;
    throw optionError(state, expected, text);
  }
  return { at: Number(match[2]), cpu: Number(match[1]), state };
}
