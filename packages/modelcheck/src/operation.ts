// SPDX-License-Identifier: GPL-2.0-or-later
import type { SmallMachine } from './small-machine.js';

/** Something that guest or host can do next, whole: up to the end of what the host does about it. */
export interface Operation {
  /** What is done, for a list of steps. */
  readonly text: string;
  /** Word for its kind, which findings are told apart by. */
  readonly kind: string;
  /** Does it. Returns false, with nothing done, if it would change nothing. */
  readonly perform: (machine: SmallMachine) => boolean;
}
