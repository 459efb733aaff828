// SPDX-License-Identifier: GPL-2.0-or-later
import type { Zeroing } from '@lguest-sim/guest-kernel';
import type { GuestProgramChoice } from './guest-program.js';

/** What may differ from one guest to another. */
export interface GuestOptions {
  /** Memory in bytes, a multiple of 4096. */
  readonly memoryBytes: number;
  /** The guest kernel's time slice (its timer's period) in cycles. */
  readonly guestSlice: number;
  /** How the guest kernel makes new pages zeros. */
  readonly zeroing: Zeroing;
}

/** Guests that are alike: guests are numbered group after group. Plain data. */
export interface GuestGroup extends Partial<GuestOptions> {
  /** How many, at least 1. */
  readonly count: number;
  /** Indexes of the run's inputs that each of them runs, in order; all of them unless given. */
  readonly traces?: readonly number[];
  /** What runs in place of the guest kernel; it runs no inputs then. */
  readonly program?: GuestProgramChoice;
}

/** One guest's options, and the indexes of its inputs if it does not run all. */
export interface GuestPlan extends GuestOptions {
  readonly traces?: readonly number[] | undefined;
  readonly program?: GuestProgramChoice | undefined;
}

/** The part of a configuration that says what guests there are. */
interface Guests extends GuestOptions {
  readonly guests: number;
  readonly groups: readonly GuestGroup[];
}

/** The options of every guest, in order. What a group does not say is the configuration's. */
export function planGuests({ guests, groups, ...standard }: Guests): GuestPlan[] {
  const { memoryBytes, guestSlice, zeroing } = standard;
  const all = groups.length > 0 ? groups : [{ count: guests }];
  return all.flatMap(({ count, ...own }) =>
    Array.from({ length: count }, () => ({ memoryBytes, guestSlice, zeroing, ...own })),
  );
}
