// SPDX-License-Identifier: GPL-2.0-or-later

/** Chooses the slot that a guest table without one gets. */
export interface EvictionPolicy {
  /**
   * @param slots number of slots
   * @param current slot that the vCPU is on
   * @returns the slot to take, 0 to `slots` - 1
   */
  choose(slots: number, current: number): number;
}

/** The original's choice: any slot, with equal chance, the current one and empty ones included. */
export class RandomEviction implements EvictionPolicy {
  private readonly random: () => number;

  /** @param random the next unsigned 32-bit random number */
  constructor(random: () => number) {
    this.random = random;
  }

  choose(slots: number): number {
    return (this.random() >>> 0) % slots;
  }
}
