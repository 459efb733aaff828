// SPDX-License-Identifier: GPL-2.0-or-later

/** What an eviction policy may look at when it chooses a slot. It shows the present. */
export interface EvictionView {
  /** Number of slots; 4 in the original. */
  readonly slots: number;
  /** Slot that the vCPU is on. */
  readonly current: number;
  /** Whether a slot was never used: it shadows nothing, and would need a page for its top table. */
  readonly isEmpty: (slot: number) => boolean;
  /** Guest top level that a slot shadows, a guest-physical address in bytes; 0 if it is empty. */
  readonly table: (slot: number) => number;
}

/**
 * Chooses the slot that a guest table without one gets. Each guest has a policy of its own.
 *
 * State, if there is any, has to be in `snapshot` and `restore`; chance comes from
 * `EvictionSetting.random` alone.
 */
export interface EvictionPolicy {
  /**
   * Chooses what goes.
   * @returns the slot to take, 0 to `slots` - 1; the current one and empty ones are allowed
   */
  choose(view: EvictionView): number;
  /**
   * A table took a slot: as a rule the one that was chosen. It is another where a second vCPU is on
   * that (fidelity mended), or where the host had no page for it.
   */
  taken?(slot: number): void;
  /** A vCPU changed to a table that has this slot already. */
  used?(slot: number): void;
  /** The state as plain data. */
  snapshot?(): unknown;
  /** Puts back what `snapshot` returned. */
  restore?(state: unknown): void;
}

/** What an eviction policy is made with. */
export interface EvictionSetting {
  /** Number of slots. */
  readonly slots: number;
  /** The run's next random number, unsigned, 32 bits. */
  readonly random: () => number;
}

/** The original's choice: any slot, with equal chance, the current one and empty ones included. */
export class RandomEviction implements EvictionPolicy {
  private readonly random: () => number;

  /** @param random the next unsigned 32-bit random number */
  constructor(random: () => number) {
    this.random = random;
  }

  /** Any slot. */
  choose({ slots }: EvictionView): number {
    return (this.random() >>> 0) % slots;
  }
}
