// SPDX-License-Identifier: GPL-2.0-or-later
import { isScalar } from 'yaml';
import type { Entry, ScenarioDocument } from './document.js';
import type { Places } from './plan-list.js';

/** What the key is for, for the schema and the documentation. */
export const injectDescription =
  'Faults to inject, each as `--inject` has it: `frames:20@500000`, `vanish:0/16`, `drop:demand-page#3`.';

/** A list of texts, and where each stands. */
export interface ReadInject {
  readonly inject: readonly string[];
  readonly places: Places;
}

/**
 * Reads the list of faults to inject. What each has to look like says the configuration.
 * @throws CommandError with file, line and path of what is no text
 */
export function readInject(document: ScenarioDocument, { key, value, keyNode }: Entry): ReadInject {
  const items = document.items(value) ?? [];
  if (items.length === 0) {
    throw document.wrong(value ?? keyNode, key, 'a list with at least one fault', value);
  }
  const places: Record<string, string> = {};
  const inject = items.map((item, index) => {
    const path = `${key}[${index}]`;
    if (!isScalar(item) || typeof item.value !== 'string') {
      throw document.wrong(item, path, 'a text', item);
    }
    places[path] = `${document.place(item)}: ${path}`;
    return item.value;
  });
  return { inject, places };
}
