// SPDX-License-Identifier: GPL-2.0-or-later

/** The clocks of all host CPUs, in cycles. Nothing in the machine knows any other time. */
export class VirtualClock {
  /** Cycles that have passed on each host CPU. */
  readonly now: Float64Array;

  constructor(cpus: number) {
    this.now = new Float64Array(cpus);
  }

  /** Lets `cycles` pass on a host CPU. */
  advance(cpu: number, cycles: number): void {
    this.now[cpu]! += cycles;
  }
}
