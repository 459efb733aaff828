// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * What a share of the times is not above, in nanoseconds.
 * @param times in milliseconds, at least one
 * @param share 0.5 for the median
 */
export function nanosecondsAt(times: readonly number[], share: number): number {
  const sorted = Float64Array.from(times).sort();
  return sorted[Math.floor((sorted.length - 1) * share)]! * 1e6;
}
