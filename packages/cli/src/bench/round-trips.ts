// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall, Register } from '@lguest-sim/abi';
import { Simulation } from '@lguest-sim/simulation';
import { patternTree } from '@lguest-sim/trace';
import type { Benchmark } from './benchmark.js';
import { nanosecondsAt } from './quantile.js';

/** No timer interrupts, of the host's or the guest's. */
const CONFIG = { slice: 1e9, guestSlice: 1e9 };
const PAGE_FAULT = 14;
const HYPERCALL = 31;

/** The host CPU, as it is between two steps of a run. */
type Cpu = Simulation['parts']['host']['cpus'][number];

/** Runs a pattern, and has the host CPU looked at after each step: at its exits, and when it is back. */
async function watch(
  pattern: string,
  options: Record<string, number>,
  look: (cpu: Cpu) => void,
): Promise<void> {
  const simulation = new Simulation(CONFIG, [patternTree(pattern, options)]);
  const cpu = simulation.parts.host.cpus[0]!;
  const signal = {
    // A run asks this before each step.
    get aborted(): boolean {
      look(cpu);
      return false;
    },
  };
  try {
    await simulation.run({ signal });
  } finally {
    await simulation.close();
  }
}

/**
 * Round trips of faults, in milliseconds. Their processes come back after their slot was taken over:
 * each page is in the guest's table and in no shadow table. From one such exit to the next it is one
 * round and the access that was retried. Not so where a page is touched for the first time: there the
 * guest's kernel runs in between.
 */
async function faults(): Promise<number[]> {
  const times: number[] = [];
  let before = NaN;
  let kernelAccesses = NaN;
  const ring = { processes: 6, pages: 512, accesses: 40_000, turn: 512 };
  await watch('switch-ring', ring, ({ atExit, core }) => {
    if (!atExit) return;
    const isFault = core.exitVector === PAGE_FAULT;
    const now = performance.now();
    if (isFault && core.counters.kernelAccesses === kernelAccesses) times.push(now - before);
    before = now;
    kernelAccesses = isFault ? core.counters.kernelAccesses : NaN;
  });
  return times;
}

/** SET_PTE for pages that a process touches for the first time, from the trap to the way back in. */
async function setPtes(): Promise<number[]> {
  const times: number[] = [];
  let before = NaN;
  await watch('map-loop', { pages: 4000, accesses: 40_000 }, ({ atExit, core }) => {
    if (!atExit) {
      if (!Number.isNaN(before)) times.push(performance.now() - before);
      before = NaN;
    } else if (core.exitVector === HYPERCALL && core.registers[Register.eax] === Hypercall.setPte) {
      before = performance.now();
    }
  });
  return times;
}

/** What one fault and one hypercall take, every message on the bus and every machine in its state. */
export const roundTrips: readonly Benchmark[] = [
  {
    name: 'fault',
    title: 'a fault’s round trip, median',
    unit: 'ns',
    aim: 2000,
    measure: async () => nanosecondsAt(await faults(), 0.5),
  },
  {
    name: 'fault-99',
    title: 'a fault’s round trip, 99 %',
    unit: 'ns',
    aim: 4000,
    measure: async () => nanosecondsAt(await faults(), 0.99),
  },
  {
    name: 'set-pte',
    title: 'a SET_PTE’s round trip, median',
    unit: 'ns',
    aim: 2000,
    measure: async () => nanosecondsAt(await setPtes(), 0.5),
  },
  {
    name: 'set-pte-99',
    title: 'a SET_PTE’s round trip, 99 %',
    unit: 'ns',
    aim: 4000,
    measure: async () => nanosecondsAt(await setPtes(), 0.99),
  },
];
