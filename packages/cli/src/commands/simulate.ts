// SPDX-License-Identifier: GPL-2.0-or-later
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import {
  Simulation,
  type ResultDocument,
  type RunStatus,
  type SimulationConfig,
} from '@lguest-sim/simulation';
import type { Spool } from '../input/spool.js';
import type { Workload, WorkloadInput } from '../input/workload.js';
import type { Interruption } from '../interruption.js';
import type { ProgressBar } from '../report/progress.js';
import { timedResult, type TimedResult } from '../report/result-file.js';

/** What a simulation at the command line has around it. */
export interface Surroundings {
  readonly interruption: Interruption;
  readonly spool: Spool;
  readonly progress: ProgressBar | undefined;
}

/**
 * Runs a simulation to its end, or until the user wants it to stop.
 *
 * @param workload what every guest runs
 * @returns what was counted, and how long it took
 */
export async function simulate(
  config: SimulationConfig,
  workload: Workload,
  around: Surroundings,
): Promise<TimedResult> {
  const inputs = await prepare(config, workload, around);
  const simulation = new Simulation(config, inputs);
  const started = performance.now();
  try {
    const status = await runUntilStopped(simulation, around);
    const result: ResultDocument = { ...simulation.result(), status };
    return timedResult(result, (performance.now() - started) / 1000);
  } finally {
    around.progress?.clear();
    await around.interruption.limit(simulation.close());
  }
}

/** The inputs; if the user stops their reading, ones that only have names. */
async function prepare(
  { guests }: SimulationConfig,
  workload: Workload,
  { interruption, spool }: Surroundings,
): Promise<readonly WorkloadInput[]> {
  const { signal } = interruption;
  const inputs = await unlessStopped(workload.open({ guests, spool, signal }), interruption);
  return inputs ?? workload.names.map((name) => ({ name, open: unread }));
}

function unread(): Promise<never> {
  return Promise.reject(new Error('a run that was stopped before it began opens no trace'));
}

async function runUntilStopped(
  simulation: Simulation,
  { interruption, progress }: Surroundings,
): Promise<RunStatus> {
  const { signal } = interruption;
  if (signal.aborted) return 'interrupted';
  const breathe = async (): Promise<void> => {
    progress?.draw(simulation.progress);
    await yieldToEvents();
  };
  const status = await unlessStopped(simulation.run({ signal, breathe }), interruption);
  return status ?? 'interrupted';
}

/**
 * What some work came to, or undefined if the user wanted to stop. Ctrl-C goes to the whole
 * pipeline, so the trace may end, in the middle of a line too, before our own signal is noticed:
 * neither such an end nor such an error is what it seems.
 */
async function unlessStopped<T>(
  work: Promise<T>,
  interruption: Interruption,
): Promise<T | undefined> {
  try {
    const outcome = await interruption.limit(work);
    await yieldToEvents();
    return interruption.signal.aborted ? undefined : outcome;
  } catch (error) {
    await yieldToEvents();
    if (interruption.signal.aborted) return undefined;
    throw error;
  }
}
