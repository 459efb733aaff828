// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PluginSet } from '@lguest-sim/simulation';
import { readScenario } from './read-scenario.js';
import type { Scenario } from './scenario.js';
import { yamlText, type ExpectedText } from './yaml-text.js';

/** Where the scenarios are that come with the command, seen from src as well as from dist. */
const shippedDirectory = fileURLToPath(new URL('../../scenarios', import.meta.url));

/** More than any scenario needs: a trace that is taken for one is not to be read to its end. */
const MOST_BYTES = 2 ** 20;

const expected: ExpectedText = {
  what: 'a scenario',
  missing: {
    what: "a scenario's file or name",
    hint: 'see lguest-sim scenarios; traces go after --trace',
  },
  most: MOST_BYTES,
  hint: 'traces go after --trace',
};

/**
 * Reads a scenario: the file of that name, or else the one that comes with the command.
 * @param plugins that it can name; those that are built in unless given
 * @throws CommandError if there is neither, or it is wrong
 */
export async function loadScenario(name: string, plugins?: PluginSet): Promise<Scenario> {
  if (shippedNames().includes(name) && !(await exists(name))) {
    return await readFrom(join(shippedDirectory, `${name}.yaml`), plugins);
  }
  return await readFrom(name, plugins);
}

/** The scenarios that come with the command, in order of name. */
export async function shippedScenarios(): Promise<readonly Scenario[]> {
  const names = shippedNames();
  return await Promise.all(names.map((name) => readFrom(join(shippedDirectory, `${name}.yaml`))));
}

/** Names of the scenarios that come with the command, in order. */
export function shippedNames(): readonly string[] {
  const files = readdirSync(shippedDirectory);
  const scenarios = files.filter((file) => file.endsWith('.yaml'));
  return scenarios.map((file) => file.slice(0, -'.yaml'.length)).sort();
}

async function exists(path: string): Promise<boolean> {
  const status = await stat(path).catch(() => undefined);
  return status !== undefined && !status.isDirectory();
}

async function readFrom(path: string, plugins?: PluginSet): Promise<Scenario> {
  return readScenario(path, await yamlText(path, expected), plugins);
}
