// SPDX-License-Identifier: GPL-2.0-or-later
import type { PlannedMessageFault } from '@lguest-sim/bus';

/** The host has so many more frames to give, and no others. */
export interface FramesFault {
  readonly kind: 'frames';
  readonly frames: number;
  /** When, in cycles of virtual time. */
  readonly at: number;
}

/** What can become of a Launcher's pages: nothing is behind them, read-only, or their next use fails. */
export const pageFaultKinds = ['vanish', 'readonly', 'fail-once'] as const;

/** Pages of a Launcher's are not as they were. */
export interface PagesFault {
  readonly kind: (typeof pageFaultKinds)[number];
  readonly guest: number;
  /** First and last guest page number. */
  readonly first: number;
  readonly last: number;
  readonly at: number;
}

/** A fault that happens to the machine at a time. */
export type MachineFault = FramesFault | PagesFault;

/** A host CPU goes offline and does not come back. */
export interface OfflineFault {
  readonly kind: 'offline';
  readonly cpu: number;
  readonly at: number;
}

/** A fault that is injected into a run. */
export type Injection = MachineFault | OfflineFault | PlannedMessageFault;

/** How an injection is said, for messages. */
export const INJECTION_SYNTAX =
  'frames:N[@T], vanish|readonly|fail-once:GUEST/PAGE[-PAGE][@T], offline:CPU@T or ' +
  'drop|double|delay:TOPIC[#N]';
