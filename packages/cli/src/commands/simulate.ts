// SPDX-License-Identifier: GPL-2.0-or-later
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import {
  Simulation,
  type PluginSet,
  type ResultDocument,
  type RunStatus,
  type SimulationConfig,
} from '@lguest-sim/simulation';
import type { Spool } from '../input/spool.js';
import type { Workload, WorkloadInput } from '../input/workload.js';
import type { Interruption } from '../interruption.js';
import type { ProgressBar } from '../report/progress.js';
import type { Views } from '../views/views.js';
import type { RunWatcher } from './run-watcher.js';
import { timedResult, type TimedResult } from '../report/result-file.js';

/** What a simulation at the command line has around it. */
export interface Surroundings {
  readonly interruption: Interruption;
  readonly spool: Spool;
  readonly progress: ProgressBar | undefined;
  /** What the configuration and the workload can name beside what is built in. */
  readonly plugins?: PluginSet | undefined;
  /** Keeps what can be read only once, even for one guest. */
  readonly keepAll?: boolean;
  /** Makes what goes along with the run, before its first step. */
  readonly watch?: (simulation: Simulation) => Promise<RunWatcher>;
  /** What the run is to be seen in. */
  readonly views?: Views;
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
  const { views, plugins } = around;
  const simulation = new Simulation(config, inputs, { inspect: views?.inspector, plugins });
  try {
    const watcher = await unlessStopped(watched(simulation, around), around.interruption);
    const started = performance.now();
    const before = simulation.progress.accesses;
    const status = await runWith(watcher, simulation, around);
    const result: ResultDocument = { ...simulation.result(), status };
    const seconds = (performance.now() - started) / 1000;
    await watcher?.end(result);
    return timedResult(result, seconds, before);
  } finally {
    around.progress?.clear();
    await around.interruption.limit(simulation.close());
  }
}

async function watched(
  simulation: Simulation,
  { watch, views }: Surroundings,
): Promise<RunWatcher | undefined> {
  await views?.watch(simulation);
  return await watch?.(simulation);
}

/** The inputs; if the user stops their reading, ones that only have names. */
async function prepare(
  { guests }: SimulationConfig,
  workload: Workload,
  { interruption, spool, plugins, keepAll = false }: Surroundings,
): Promise<readonly WorkloadInput[]> {
  const { signal } = interruption;
  const opening = workload.open({ guests, spool, keepAll, plugins, signal });
  const inputs = await unlessStopped(opening, interruption);
  return inputs ?? workload.names.map((name) => ({ name, open: unread }));
}

function unread(): Promise<never> {
  return Promise.reject(new Error('a run that was stopped before it began opens no trace'));
}

async function runWith(
  watcher: RunWatcher | undefined,
  simulation: Simulation,
  around: Surroundings,
): Promise<RunStatus> {
  const { interruption } = around;
  if (interruption.signal.aborted) return 'interrupted';
  try {
    const status = await unlessStopped(drive(simulation, watcher, around), interruption);
    return status ?? 'interrupted';
  } catch (error) {
    await watcher?.fail(error);
    throw error;
  }
}

/** Whether a run is to stop: it asks before each step. */
class EndOfRun {
  readonly #interruption: Interruption;
  readonly #watcher: RunWatcher | undefined;

  constructor(interruption: Interruption, watcher: RunWatcher | undefined) {
    this.#interruption = interruption;
    this.#watcher = watcher;
  }

  get aborted(): boolean {
    return this.#interruption.isAsked || this.#watcher?.isSatisfied === true;
  }
}

/** Runs from one pause to the next. */
async function drive(
  simulation: Simulation,
  watcher: RunWatcher | undefined,
  { interruption, progress, views }: Surroundings,
): Promise<RunStatus> {
  const signal = new EndOfRun(interruption, watcher);
  const breathe = async (): Promise<void> => {
    progress?.draw(simulation.progress);
    await watcher?.breathe();
    await views?.breathe();
    await yieldToEvents();
  };
  for (;;) {
    const until = watcher?.nextPause?.(simulation.time) ?? Infinity;
    const status = await simulation.run({ signal, breathe, until });
    if (status !== 'interrupted' || signal.aborted) return status;
    await watcher?.pause?.();
    if (signal.aborted) return status;
  }
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
