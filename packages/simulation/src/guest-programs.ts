// SPDX-License-Identifier: GPL-2.0-or-later
import { checkHostileOptions, HostileGuest, type HostileOptions } from '@lguest-sim/hostile-guest';
import type { GuestProgramKind, GuestPrograms } from './guest-program.js';

/** A guest that does whatever its operations say: see `HostileOperation`. */
const hostile: GuestProgramKind = {
  check: checkHostileOptions,
  make: (options, { format }) => new HostileGuest(format, options as HostileOptions),
};

/** The programs that a simulation has unless it is given others. */
export const guestPrograms: GuestPrograms = new Map([['hostile', hostile]]);
