// SPDX-License-Identifier: GPL-2.0-or-later

/** What is counted for each process. */
export interface ProcessCounts {
  /** Page faults that gave it a zero-filled frame. */
  demandZeroFaults: number;
  /** Store faults on a shared frame: it got a copy of its own. */
  copyOnWriteBreaks: number;
  /** Store faults on a read-only entry whose frame was nobody else's (any more): no copy needed. */
  copyOnWriteReuses: number;
  /** Children that it made, those included that found no memory. */
  forks: number;
  /** Times that the kernel switched to it. */
  contextSwitches: number;
  /** Pages taken from it (unmapped, or at its end) whose entry had the accessed bit. */
  accessedPagesSeen: number;
  /** Pages taken from it whose entry had the dirty bit. */
  dirtyPagesSeen: number;
}

export function noCounts(): ProcessCounts {
  return {
    demandZeroFaults: 0,
    copyOnWriteBreaks: 0,
    copyOnWriteReuses: 0,
    forks: 0,
    contextSwitches: 0,
    accessedPagesSeen: 0,
    dirtyPagesSeen: 0,
  };
}
