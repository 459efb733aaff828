// SPDX-License-Identifier: GPL-2.0-or-later

/** Neighbouring regions, by number, `last` included. */
export interface RegionRun {
  readonly first: number;
  readonly last: number;
}

/** The regions of a run, in ascending order. */
export function* regionsOf({ first, last }: RegionRun): Generator<number> {
  for (let region = first; region <= last; region++) yield region;
}

/** The regions in runs as long as they can be, in ascending order. */
export function runsOf(regions: Iterable<number>): RegionRun[] {
  const runs: { first: number; last: number }[] = [];
  for (const region of [...new Set(regions)].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run !== undefined && run.last + 1 === region) run.last = region;
    else runs.push({ first: region, last: region });
  }
  return runs;
}
