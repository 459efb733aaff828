// SPDX-License-Identifier: GPL-2.0-or-later
import { createHash } from 'node:crypto';
import type { ResultDocument, Simulation } from '@lguest-sim/simulation';
import type { RunWatcher } from '../commands/run-watcher.js';
import type { EventLogEnd } from './event-log.js';
import type { EventLogWriter } from './event-log-writer.js';
import type { CheckpointFacts } from './checkpoint-file.js';
import type { CheckpointTarget } from './checkpoint-target.js';
import type { RunDescription } from './run-description.js';

/** What is written of a run while it runs. */
export interface RecordingOptions {
  readonly simulation: Simulation;
  readonly run: RunDescription;
  readonly log?: EventLogWriter | undefined;
  /** As given; for checkpoints, which name it. */
  readonly logPath?: string | undefined;
  readonly checkpoints?: CheckpointTarget | undefined;
}

/** Writes a run's event log and its checkpoints, of which each says how far the log was. */
export class Recording implements RunWatcher {
  readonly #options: RecordingOptions;
  readonly #subscription: { unsubscribe(): void } | undefined;
  #saving: Promise<void> | undefined;

  constructor(options: RecordingOptions) {
    this.#options = options;
    const { simulation, log } = options;
    if (log === undefined) return;
    this.#subscription = simulation.messages$.subscribe((envelope) => log.observe(envelope));
  }

  async breathe(): Promise<void> {
    await this.#options.log?.drain();
  }

  /** Checkpoints are taken at multiples of a virtual time, so they are the same in every run. */
  nextPause(time: number): number {
    const { checkpoints } = this.#options;
    if (checkpoints === undefined) return Infinity;
    return (Math.floor(time / checkpoints.every) + 1) * checkpoints.every;
  }

  async pause(): Promise<void> {
    this.#saving = this.#save();
    await this.#saving;
  }

  /** A run that was stopped leaves a last checkpoint, so that nothing of it has to be run again. */
  async end(result: ResultDocument): Promise<void> {
    const { simulation } = this.#options;
    await this.#saving;
    if (result.status === 'interrupted' && simulation.state === 'paused') await this.pause();
    await this.#endLog({
      status: result.status,
      messages: simulation.messages,
      ...(result.status === 'finished' && { result: resultDigest(result) }),
    });
  }

  async fail(error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    const { messages } = this.#options.simulation;
    // What failed may have been the log itself: then there is nothing more to be done for it.
    await this.#endLog({ status: 'failed', messages, error: reason }).catch(() => undefined);
  }

  async #save(): Promise<void> {
    const { simulation, run, log, logPath, checkpoints } = this.#options;
    if (checkpoints === undefined) return;
    const position = await log?.position();
    const facts: CheckpointFacts = {
      run,
      time: Number.isFinite(simulation.time) ? simulation.time : null,
      sequence: simulation.messages,
      every: checkpoints.every,
      ...(position && logPath !== undefined && { events: { path: logPath, ...position } }),
    };
    await checkpoints.save(facts, simulation.snapshot());
  }

  async #endLog(end: EventLogEnd): Promise<void> {
    this.#subscription?.unsubscribe();
    await this.#options.log?.end(end);
  }
}

/** SHA-256 of a result, which has nothing in it that differs from one run to the next. */
export function resultDigest(result: ResultDocument): string {
  return createHash('sha256').update(JSON.stringify(result)).digest('hex');
}
