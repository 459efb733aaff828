// SPDX-License-Identifier: GPL-2.0-or-later

/** What the `format` key of a header says. */
export const TRACE_FORMAT = 'lguest-mmu-trace/1';

/** Slots of every guest: the original's `ARRAY_SIZE(lg->pgdirs)`. */
export const SLOTS = 4;

/** Most virtual CPUs that a trace may have. */
export const MAX_VCPUS = 4;

/** A trace's header: the fresh host and the fresh guest that its operations start on. */
export interface TraceHeader {
  /** False: two-level tables. True: three levels (PAE). */
  readonly pae: boolean;
  /** Size of guest memory in pages: the guest's page limit. */
  readonly guestPages: number;
  /** Host CPUs, numbered from 0. */
  readonly hostCpus: number;
  /** Virtual CPUs, 1 to 4. */
  readonly vcpus: number;
  /** Guest-virtual address that the guest means to announce; for information. */
  readonly kernelAddress: number;
  /** Virtual address of the Switcher's text page. */
  readonly switcherAddr: number;
  /** Launcher address of guest-physical 0; appears only in one kill reason. */
  readonly memBase: number;
  /** Page-table pages that the host may have in use; null for no limit. */
  readonly hostPageLimit: number | null;
  /** For information: the kind of trace, and the seed it was made from. */
  readonly profile?: string | undefined;
  /** Seed of the generator that made the trace, if one did. */
  readonly seed?: number | undefined;
}
