// SPDX-License-Identifier: GPL-2.0-or-later
import { MessageComparison, type Envelope, type MessageDifference } from '@lguest-sim/bus';
import type { ResultDocument, Simulation } from '@lguest-sim/simulation';
import type { RunWatcher } from '../commands/run-watcher.js';
import type { EventLogEnd, EventLogHeader } from './event-log.js';
import type { EventLogReader, LogEnding } from './event-log-reader.js';
import { resultDigest } from './recording.js';

/** What comparing a run with its log came to. */
export type ReplayVerdict =
  | { readonly kind: 'same'; readonly messages: number; readonly ending: LogEnding }
  | { readonly kind: 'message'; readonly line: number; readonly difference: MessageDifference }
  /** Every message is the same, and yet not what the run counted. */
  | { readonly kind: 'result'; readonly expected: string; readonly found: string };

/** Compares a run with its event log while it runs. */
export class ReplayComparison implements RunWatcher {
  /** Whether the run failed where the recorded one did. */
  hasFailedAlike = false;
  readonly #reader: EventLogReader;
  readonly #first: number;
  readonly #comparison = new MessageComparison();
  #arrived: Envelope[] = [];
  #verdict: ReplayVerdict | undefined;
  #isLogBad = false;

  constructor(reader: EventLogReader, { first }: EventLogHeader) {
    this.#reader = reader;
    this.#first = first;
  }

  /** Messages that were the same so far. */
  get same(): number {
    return this.#comparison.same;
  }

  get isSatisfied(): boolean {
    return this.#verdict !== undefined;
  }

  /** What it came to, once the run has ended. */
  verdict(): ReplayVerdict {
    if (this.#verdict === undefined) throw new Error('a run that has not ended has no verdict');
    return this.#verdict;
  }

  /** Looks at a run's messages from now on. */
  watch(simulation: Simulation): void {
    simulation.messages$.subscribe((envelope) => {
      if (envelope.sequence >= this.#first) this.#arrived.push(envelope);
    });
  }

  async breathe(): Promise<void> {
    const arrived = this.#arrived;
    this.#arrived = [];
    try {
      for (const envelope of arrived) {
        if (this.isSatisfied) return;
        await this.#compare(envelope);
      }
    } catch (error) {
      this.#isLogBad = true;
      throw this.#reader.explain(error);
    }
  }

  async end(result: ResultDocument): Promise<void> {
    await this.breathe();
    // A run that did not finish was stopped by the user.
    if (this.isSatisfied || result.status !== 'finished') return;
    await this.#compareEnd(result);
  }

  async fail(): Promise<void> {
    if (this.#isLogBad) return;
    await this.breathe();
    if (this.isSatisfied || (await this.#reader.next()) !== undefined) return;
    this.#settle();
    this.hasFailedAlike = isEnd(this.#reader.ending, 'failed');
  }

  async #compare(found: Envelope): Promise<void> {
    const expected = await this.#reader.next();
    if (expected !== undefined) return this.#note(this.#comparison.next(expected, found));
    const { ending } = this.#reader;
    const hadEnded = isEnd(ending, 'finished') || isEnd(ending, 'failed');
    if (hadEnded) this.#note(this.#comparison.next(undefined, found));
    else this.#settle();
  }

  async #compareEnd(result: ResultDocument): Promise<void> {
    const expected = await this.#reader.next();
    if (expected !== undefined) return this.#noteAfterEnd(expected);
    this.#settle();
    const { ending } = this.#reader;
    if (ending?.kind !== 'end') return;
    const found = resultDigest(result);
    const recorded = ending.end.result;
    if (recorded === undefined || recorded === found) return;
    this.#verdict = { kind: 'result', expected: recorded, found };
  }

  #noteAfterEnd(expected: string): void {
    try {
      this.#note(this.#comparison.next(expected, undefined));
    } catch (error) {
      throw this.#reader.explain(error);
    }
  }

  #note(difference: MessageDifference | undefined): void {
    if (difference === undefined) return;
    this.#verdict = { kind: 'message', line: this.#reader.line, difference };
  }

  /** The log has come to its end, and all of it is the same. */
  #settle(): void {
    const ending = this.#reader.ending!;
    const messages = this.#first + this.same;
    if (ending.kind === 'end' && ending.end.messages !== messages) {
      throw this.#reader.bad(`expected ${messages} messages, got ${ending.end.messages}`);
    }
    this.#verdict = { kind: 'same', messages: this.same, ending };
  }
}

function isEnd(ending: LogEnding | undefined, status: EventLogEnd['status']): boolean {
  return ending?.kind === 'end' && ending.end.status === status;
}
