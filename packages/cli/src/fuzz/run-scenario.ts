// SPDX-License-Identifier: GPL-2.0-or-later
import { deathFormat, HostileGuest, type HostileOptions } from '@lguest-sim/hostile-guest';
import {
  builtInPlugins,
  PluginSet,
  Simulation,
  type GuestProgramPlace,
} from '@lguest-sim/simulation';
import { findingOf, type Finding } from './finding.js';
import {
  HOSTILE,
  scenarioConfig,
  scenarioTree,
  type FuzzMachine,
  type FuzzScenario,
} from './fuzz-scenario.js';
import { neighbourResults, type NeighboursAlone } from './neighbour-results.js';

/** What became of one run. */
export interface ScenarioOutcome {
  /** Undefined if all was as it has to be. */
  readonly finding: Finding | undefined;
  /** How the hostile guest ended: the original's format string, `switched off`, or `asleep`. */
  readonly end: string;
  /** Operations that it began. */
  readonly operations: number;
  readonly messages: number;
}

/** Messages that a run may take: by far more than one that ends does. */
const MESSAGES_OF_RUN = 60_000;
const MESSAGES_OF_OPERATION = 1_000;

/** Runs a scenario to its end, and judges it. Never throws. */
export async function runScenario(
  scenario: FuzzScenario,
  machine: FuzzMachine,
  alone: NeighboursAlone,
): Promise<ScenarioOutcome> {
  const expected = await alone.of(scenario.neighbour);
  let hostile: HostileGuest | undefined;
  const plugins = tellingPlugins((guest) => (hostile = guest));
  const config = scenarioConfig(scenario, machine);
  const simulation = new Simulation(config, [scenarioTree(scenario)], { plugins });
  let finding: Finding | undefined;
  try {
    const status = await simulation.run({ signal: messageLimit(simulation, scenario) });
    finding =
      status === 'finished'
        ? judge(simulation, expected)
        : { name: 'no end', detail: `no end of the run after ${simulation.messages} messages` };
  } catch (error) {
    finding = findingOf(error);
  }
  const outcome = {
    finding,
    end: endOf(simulation),
    operations: hostile?.operationsDone ?? 0,
    messages: simulation.messages,
  };
  await simulation.close();
  return outcome;
}

/** Stops a run that takes so many messages that it will never end. */
export function messageLimit(simulation: Simulation, { operations }: FuzzScenario) {
  const most = MESSAGES_OF_RUN + MESSAGES_OF_OPERATION * operations.length;
  return {
    get aborted(): boolean {
      return simulation.messages > most;
    },
  };
}

/** What is built in, but that a hostile guest is told of when it is made. */
function tellingPlugins(made: (guest: HostileGuest) => HostileGuest): PluginSet {
  const standard = builtInPlugins.map((plugin) =>
    plugin.kind !== 'guest-program' || plugin.name !== 'hostile'
      ? plugin
      : {
          ...plugin,
          make: (options: unknown, { format }: GuestProgramPlace) =>
            made(new HostileGuest(format, options as HostileOptions)),
        },
  );
  return new PluginSet([], standard);
}

/** How the hostile guest ended, or that it has not. */
function endOf(simulation: Simulation): string {
  const { guests, kills } = simulation.result();
  const reason = kills.find(({ guest }) => guest === HOSTILE)?.reason;
  if (reason !== undefined) return deathFormat(reason) ?? 'unknown';
  return guests[HOSTILE]!.status === 'off' ? 'switched off' : 'alive';
}

/** Looks at a run that has come to its end. */
function judge(simulation: Simulation, expected: string): Finding | undefined {
  const result = simulation.result();
  const reason = result.kills.find(({ guest }) => guest === HOSTILE)?.reason;
  if (reason !== undefined && deathFormat(reason) === undefined) {
    return { name: 'unknown death', detail: `no message of the original's: "${reason}"` };
  }
  const found = neighbourResults(result);
  if (found !== expected) {
    return { name: 'other guest', detail: `guest 0 came to ${found}, alone to ${expected}` };
  }
  if (result.guests.some(({ status }) => status !== 'off')) return undefined;
  const frames = simulation.framesInUse;
  if (Object.values(frames).every((count) => count === 0)) return undefined;
  return {
    name: 'frames',
    detail: `all guests are gone, and in use are ${JSON.stringify(frames)}`,
  };
}
