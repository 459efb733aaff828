// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { configure, Simulation } from '@lguest-sim/simulation';
import { CommandError, systemReason } from '../errors.js';
import { beginLog } from '../recording/open-log.js';
import { Recording } from '../recording/recording.js';
import { version } from '../report/version.js';
import { scenarioConfig, scenarioTree, neighbours } from './fuzz-scenario.js';
import type { ShrunkFinding } from './fuzzer.js';
import { messageLimit } from './run-scenario.js';

/**
 * Makes the directory for findings if it is not there.
 * @throws CommandError if it cannot be
 */
export async function prepareDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    const message = `--save: cannot make the directory ${directory}: ${systemReason(error)}`;
    throw new CommandError('BAD_OUTPUT', message, { cause: error });
  }
}

/**
 * Saves the shrunk run of a finding as an event log, which ends with the message after which it was
 * found. Nothing but patterns and operations is in its description, so it needs no other file.
 *
 * @returns the file's path
 * @throws CommandError if it cannot be written
 */
export async function saveFinding(directory: string, found: ShrunkFinding): Promise<string> {
  const { scenario, machine, name, seed } = found;
  const config = configure(scenarioConfig(scenario, machine));
  const run = { version: version(), config, processes: [neighbours[scenario.neighbour]!] };
  const path = join(directory, `${fileNameOf(name)}-${machine.paging}-${seed}.ndjson`);
  const log = await beginLog(path, { first: 0, run });
  const simulation = new Simulation(config, [scenarioTree(scenario)]);
  const recording = new Recording({ simulation, run, log });
  const breathe = (): Promise<void> => recording.breathe();
  try {
    await simulation.run({ signal: messageLimit(simulation, scenario), breathe });
  } catch (error) {
    // That it fails is what it is saved for.
    if (error instanceof CommandError) throw error;
    await recording.fail(error);
    return path;
  } finally {
    await simulation.close();
  }
  await recording.end(simulation.result());
  return path;
}

function fileNameOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
}
