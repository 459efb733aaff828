// SPDX-License-Identifier: GPL-2.0-or-later
import { cpuCounterNames } from '@lguest-sim/cpu';
import type { ResultDocument, Totals } from './result-document.js';

/** Counts that contradict each other: a defect of the simulator, never of its input. */
export class LawViolation extends Error {
  /** What a program tells it by. */
  readonly code = 'LAW_VIOLATION';
  /** The two counts, or sums of counts, that ought to be equal. */
  readonly law: string;

  constructor(law: string, left: number, right: number) {
    super(`counts contradict each other: ${law}: ${left} is not ${right}`);
    this.name = 'LawViolation';
    this.law = law;
  }
}

/**
 * Asserts the laws between the counts of a run that has come to its end.
 * @throws LawViolation naming the first law that does not hold
 */
export function assertLaws(result: ResultDocument): void {
  const { totals } = result;
  const laws = [...countLaws(totals), ...switcherLaws(result), ...sumLaws(result)];
  for (const [law, left, right] of laws) {
    if (left !== right) throw new LawViolation(law, left, right);
  }
}

/**
 * Asserts that a run in which every guest has died has given every host frame back that they had.
 * @throws LawViolation if it has not
 */
export function assertFramesBalance(used: number, atFirst: number): void {
  if (used !== atFirst)
    throw new LawViolation('frames at the end = frames at first', used, atFirst);
}

type Law = readonly [law: string, left: number, right: number];

function countLaws(t: Totals): Law[] {
  return [
    ['accesses = fetches + loads + stores', t.accesses, t.fetches + t.loads + t.stores],
    [
      'accesses + kernelAccesses + hardwareAccesses = tlbHits + pageWalks - pageFaults',
      t.accesses + t.kernelAccesses + t.hardwareAccesses,
      t.tlbHits + t.pageWalks - t.pageFaults,
    ],
    ['tlbMisses = pageWalks', t.tlbMisses, t.pageWalks],
    [
      'worldSwitches = switcherSkips + switcherTargetedRemaps + switcherFullRemaps',
      t.worldSwitches,
      t.switcherSkips + t.switcherTargetedRemaps + t.switcherFullRemaps,
    ],
    [
      'tableSwitches = slotHits + slotEvictions + slotFills',
      t.tableSwitches,
      t.slotHits + t.slotEvictions + t.slotFills,
    ],
  ];
}

function switcherLaws({ totals: t, cpus }: ResultDocument): Law[] {
  const law = 'switcherEntries = 4 x switcherTargetedRemaps + (2 x CPUs + 2) x switcherFullRemaps';
  const written = 4 * t.switcherTargetedRemaps + (2 * cpus.length + 2) * t.switcherFullRemaps;
  return [[law, t.switcherEntries, written]];
}

function sumLaws({ totals, cpus, guests }: ResultDocument): Law[] {
  const ofCpus = cpuCounterNames.map((name): Law => {
    const sum = cpus.reduce((total, cpu) => total + cpu[name], 0);
    return [`totals.${name} = sum over cpus`, totals[name], sum];
  });
  const processes = guests.flatMap((guest) => guest.processes);
  const accesses = processes.reduce((total, process) => total + process.accesses, 0);
  return [...ofCpus, ['totals.accesses = sum over processes', totals.accesses, accesses]];
}
