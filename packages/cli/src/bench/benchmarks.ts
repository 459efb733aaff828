// SPDX-License-Identifier: GPL-2.0-or-later
import type { Benchmark } from './benchmark.js';
import { decoding } from './decoding.js';
import { machine } from './machine.js';
import { roundTrips } from './round-trips.js';
import { switchRing } from './switch-ring.js';
import { wholeRuns } from './whole-runs.js';

/** All there are, in the order in which they are run. */
export const benchmarks: readonly Benchmark[] = [
  ...wholeRuns,
  ...decoding,
  ...roundTrips,
  ...switchRing,
  ...machine,
];
