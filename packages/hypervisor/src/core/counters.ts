// SPDX-License-Identifier: GPL-2.0-or-later
import { hypercallName, hypercallNumbers } from '@lguest-sim/abi';

const KNOWN_NUMBERS = Math.max(...hypercallNumbers) + 1;
const TRAP_NUMBERS = 257;

/** A vCPU's counts as plain data. */
export type VcpuCountersSnapshot = Readonly<
  Omit<VcpuCounters, 'snapshot' | 'restore' | 'countHypercall' | 'hypercallsByName'>
>;

/** What one vCPU's run loop counts. */
export class VcpuCounters {
  /** Guest exits by trap number; index 256 is a fault while loading guest segments. */
  readonly exits = new Float64Array(TRAP_NUMBERS);
  /** Hypercalls by number, those of the ring included. */
  readonly hypercalls = new Float64Array(KNOWN_NUMBERS);
  /** Hypercalls with a number that does not exist. */
  unknownHypercalls = 0;
  /** Hypercalls taken from the ring. */
  ringCalls = 0;
  /** Exceptions (vectors below 32) that reached the host and were handed to the guest's handler. */
  reflectedFaults = 0;
  /** System calls that reached the host and were handed to the guest's handler. */
  reflectedSystemCalls = 0;
  /** Interrupts whose handler the guest was sent to. */
  interruptsDelivered = 0;
  /** NOTIFY hypercalls that went to the Launcher. */
  notifies = 0;
  /** Guest entries that had to copy the vCPU's descriptors because it or another CPU had moved. */
  stateCopies = 0;

  /** Counts a hypercall with this number. */
  countHypercall(number: number, fromRing: boolean): void {
    if (number >= 0 && number < KNOWN_NUMBERS) this.hypercalls[number]!++;
    else this.unknownHypercalls++;
    if (fromRing) this.ringCalls++;
  }

  /** Hypercalls by name (`SET_PTE`), those that happened; unknown numbers together as `UNKNOWN`. */
  hypercallsByName(): Record<string, number> {
    const counts: Record<string, number> = {};
    let unknown = this.unknownHypercalls;
    this.hypercalls.forEach((count, number) => {
      if (!hypercallNumbers.includes(number)) unknown += count;
      else if (count > 0) counts[hypercallName(number)] = count;
    });
    if (unknown > 0) counts['UNKNOWN'] = unknown;
    return counts;
  }

  /** Its state as plain data. */
  snapshot(): VcpuCountersSnapshot {
    const { exits, hypercalls, ...scalars } = this;
    return { ...scalars, exits: exits.slice(), hypercalls: hypercalls.slice() };
  }

  /** Puts back what `snapshot` returned. */
  restore(snapshot: VcpuCountersSnapshot): void {
    const { exits, hypercalls, ...scalars } = snapshot;
    Object.assign(this, scalars);
    this.exits.set(exits);
    this.hypercalls.set(hypercalls);
  }
}
