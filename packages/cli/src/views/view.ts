// SPDX-License-Identifier: GPL-2.0-or-later
import type { Envelope } from '@lguest-sim/bus';
import type { TimedResult } from '../report/result-file.js';

/** Something in which a run can be seen: it looks at the messages, and is written when they end. */
export interface View {
  /** A message is about to be handled. */
  observe(envelope: Envelope): void;
  /** The run has come to its end, or was stopped. */
  write(result: TimedResult): Promise<void>;
}
