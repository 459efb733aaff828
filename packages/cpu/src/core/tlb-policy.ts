// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * Chooses which entry of a set a TLB lets go: one policy for each host CPU's TLB. Sets are numbered
 * from 0, and so are the ways of a set; an entry stays in its way for as long as it is there.
 *
 * The TLB itself takes empty ways, the one with the lowest number first, so a policy is asked only
 * of sets that are full. State, if there is any, has to be in `snapshot` and `restore`; chance comes
 * from `TlbPolicySetting.random` alone.
 */
export interface TlbPolicy {
  /**
   * Chooses what goes.
   * @returns the way of a full set to replace, 0 to `ways` - 1
   */
  victim(set: number): number;
  /** A new entry was put in a way: one that was empty, or the one that `victim` named. */
  filled?(set: number, way: number): void;
  /**
   * An access found its entry in a way. Of several accesses in a row that find theirs in the same
   * way of a set, the first one counts, and none if that way was filled just before. An entry whose
   * rights grow, after a walk, is found too.
   */
  hit?(set: number, way: number): void;
  /** The entry in a way was dropped, since its page faulted. */
  dropped?(set: number, way: number): void;
  /** All entries were dropped: CR3 was loaded, and something had been filled since that was before. */
  flushed?(): void;
  /** The state as plain data. */
  snapshot?(): unknown;
  /** Puts back what `snapshot` returned. */
  restore?(state: unknown): void;
}

/** What a TLB policy is made with. */
export interface TlbPolicySetting {
  /** Sets, a power of two. */
  readonly sets: number;
  /** Ways of each set, a power of two. */
  readonly ways: number;
  /** The next random number of this TLB, unsigned, 32 bits. */
  readonly random: () => number;
}
