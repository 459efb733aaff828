// SPDX-License-Identifier: GPL-2.0-or-later
import type { ResultDocument } from '@lguest-sim/simulation';

/** What a run came to, and how long the host took for it. */
export interface TimedResult extends ResultDocument {
  /** From the first message to the last, as the wall clock has it. */
  readonly wallSeconds: number;
  /** Accesses of the traces in these seconds for each of them, rounded. */
  readonly accessesPerSecond: number;
}

/**
 * Adds the wall-clock fields, which are the only ones that differ between two equal runs.
 * @param before accesses that were made before these seconds, by a run that was resumed
 */
export function timedResult(result: ResultDocument, wallSeconds: number, before = 0): TimedResult {
  const rate = wallSeconds > 0 ? (result.totals.accesses - before) / wallSeconds : 0;
  return {
    ...result,
    wallSeconds: Number(wallSeconds.toFixed(6)),
    accessesPerSecond: Math.round(rate),
  };
}

/** The document as text. */
export function resultText(result: TimedResult): string {
  return `${JSON.stringify(result, undefined, 2)}\n`;
}
