// SPDX-License-Identifier: GPL-2.0-or-later
import {
  defaultConfig,
  RESULT_SCHEMA,
  type MigrationResult,
  type ProcessResult,
} from '@lguest-sim/simulation';
import type { TimedResult } from '../../src/report/result-file.js';

const process: ProcessResult = {
  process: 0,
  trace: 'traces/sort.lackey.gz',
  pid: 1,
  parent: -1,
  accesses: 663_229,
  pagesTouched: 101,
  demandZeroFaults: 101,
  copyOnWriteBreaks: 0,
  copyOnWriteReuses: 0,
  forks: 0,
  accessedPagesSeen: 0,
  dirtyPagesSeen: 0,
  contextSwitches: 0,
  systemCalls: { brk: 4, write: 150 },
  loadChecksum: '0x1a2b3c4d',
  status: 'exit',
  moved: [{ from: '0xfe800000', to: '0xbfc00000', bytes: 4_194_304 }],
};

const counts = {
  accesses: 663_229,
  instructions: 436_872,
  fetches: 436_902,
  loads: 139_215,
  stores: 87_112,
  kernelAccesses: 12_345,
  hardwareAccesses: 6_789,
  tlbHits: 680_000,
  tlbMisses: 2_500,
  pageWalks: 2_500,
  pageFaults: 137,
};

/** A result as a run gives it, with numbers to recognise. */
const online = { offlineCycles: 0, timesOffline: 0 };

/** How a guest with so many entries moved so many times. */
const remaps = (worldSwitches: number, targeted: number): MigrationResult => ({
  worldSwitches,
  migrations: targeted - 1,
  stateCopies: targeted,
  switcherSkips: worldSwitches - targeted - 1,
  switcherTargetedRemaps: targeted,
  switcherFullRemaps: 1,
  switcherEntries: 4 * targeted + 6,
});

export const exampleResult: TimedResult = {
  schema: RESULT_SCHEMA,
  status: 'finished',
  config: {
    ...defaultConfig,
    cpus: 2,
    guests: 2,
    traces: ['traces/sort.lackey.gz'],
  },
  totals: {
    ...counts,
    accesses: 1_326_458,
    shadowFills: 321,
    reflectedFaults: 202,
    hypercalls: { LGUEST_INIT: 2, SET_PTE: 1_234, FLUSH_TLB: 0 },
    worldSwitches: 4_711,
    tableSwitches: 8,
    slotHits: 4,
    slotEvictions: 1,
    slotFills: 3,
    clearAlls: 5,
    switcherSkips: 4_600,
    switcherTargetedRemaps: 109,
    switcherFullRemaps: 2,
    switcherEntries: 448,
    stateCopies: 109,
    migrations: 107,
    cpusOffline: 0,
    evacuations: 0,
    interrupts: 42,
    cycles: 12_345_678,
  },
  cpus: [
    { cpu: 0, ...counts, cycles: 12_345_678, idleCycles: 0, ...online, worldSwitches: 2_400 },
    {
      cpu: 1,
      ...counts,
      cycles: 12_000_000,
      idleCycles: 3_000_000,
      ...online,
      worldSwitches: 2_311,
    },
  ],
  guests: [
    {
      guest: 0,
      memoryBytes: 67_108_864,
      status: 'off',
      ...remaps(2_400, 60),
      processes: [process],
    },
    {
      guest: 1,
      memoryBytes: 67_108_864,
      status: 'off',
      ...remaps(2_311, 49),
      processes: [process],
    },
  ],
  kills: [],
  wallSeconds: 0.25,
  accessesPerSecond: 5_305_832,
};
