// SPDX-License-Identifier: GPL-2.0-or-later
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemReason, usageError } from '../errors.js';
import { scenarioError } from './document.js';
import { readScenario } from './read-scenario.js';
import type { Scenario } from './scenario.js';

/** Where the scenarios are that come with the command, seen from src as well as from dist. */
const shippedDirectory = fileURLToPath(new URL('../../scenarios', import.meta.url));

/** More than any scenario needs: a trace that is taken for one is not to be read to its end. */
const MOST_BYTES = 2 ** 20;

/**
 * Reads a scenario: the file of that name, or else the one that comes with the command.
 * @throws CommandError if there is neither, or it is wrong
 */
export async function loadScenario(name: string): Promise<Scenario> {
  if ((await shippedNames()).includes(name) && !(await exists(name))) {
    return await readFrom(join(shippedDirectory, `${name}.yaml`));
  }
  return await readFrom(name);
}

/** The scenarios that come with the command, in order of name. */
export async function shippedScenarios(): Promise<readonly Scenario[]> {
  const names = await shippedNames();
  return await Promise.all(names.map((name) => readFrom(join(shippedDirectory, `${name}.yaml`))));
}

async function shippedNames(): Promise<readonly string[]> {
  const files = await readdir(shippedDirectory);
  const scenarios = files.filter((file) => file.endsWith('.yaml'));
  return scenarios.map((file) => file.slice(0, -'.yaml'.length)).sort();
}

async function exists(path: string): Promise<boolean> {
  const status = await stat(path).catch(() => undefined);
  return status !== undefined && !status.isDirectory();
}

async function readFrom(path: string): Promise<Scenario> {
  const text = await textOf(path);
  if (/[\0\ufffd]/.test(text)) throw noScenario(path, 'what is no text');
  return readScenario(path, text);
}

async function textOf(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size <= MOST_BYTES) return await readFile(path, 'utf8');
  } catch (error) {
    const message = `${path}: expected a scenario's file or name, found: ${systemReason(error)}`;
    throw scenarioError(message, error, 'see lguest-sim scenarios; traces go after --trace');
  }
  throw noScenario(path, 'a larger file');
}

function noScenario(path: string, found: string): Error {
  return usageError(
    `${path}: expected a scenario, a YAML file of at most 1M, found ${found}`,
    'traces go after --trace',
  );
}
