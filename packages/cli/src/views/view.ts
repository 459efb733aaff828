// SPDX-License-Identifier: GPL-2.0-or-later
import type { Envelope, MachineTransition } from '@lguest-sim/bus';
import type { Simulation } from '@lguest-sim/simulation';
import type { ViewRequest } from '../options/view-options.js';
import type { OutputTarget } from '../output/output-target.js';
import type { StreamedOutput } from '../output/streamed-output.js';
import type { TimedResult } from '../report/result-file.js';

/** Something in which a run can be seen: it looks at the messages, and is written when they end. */
export interface View {
  /** A message is about to be handled. */
  observe?(envelope: Envelope): void;
  /** A machine has made a transition. */
  inspect?(transition: MachineTransition): void;
  /** While the run waits: time to write what has come. */
  breathe?(): Promise<void>;
  /** The run has come to its end, or was stopped. */
  write(result: TimedResult): Promise<void>;
  /** There will be no result. */
  abandon?(): Promise<void>;
}

/** What every view is made of. */
export interface ViewParts {
  readonly simulation: Simulation;
  readonly request: ViewRequest;
}

/** A view that is written when the run has ended. */
export interface DocumentParts extends ViewParts {
  readonly target: OutputTarget;
}

/** A view that is written while the run goes on. */
export interface StreamParts extends ViewParts {
  readonly output: StreamedOutput;
}
