// SPDX-License-Identifier: GPL-2.0-or-later
import type { ResultDocument } from '@lguest-sim/simulation';

/** What goes along with a run: records it, compares it, keeps checkpoints of it. */
export interface RunWatcher {
  /** Whether the run need not go on. */
  readonly isSatisfied?: boolean;
  /** While the run waits: time to deal with what has come. */
  breathe(): Promise<void>;
  /**
   * Virtual time, in cycles, at which the run is to stand still for `pause`.
   * @param time of what happens next
   */
  nextPause?(time: number): number;
  pause?(): Promise<void>;
  /** The run has come to its end, or was stopped. */
  end(result: ResultDocument): Promise<void>;
  /** The run has failed. */
  fail(error: unknown): Promise<void>;
}
