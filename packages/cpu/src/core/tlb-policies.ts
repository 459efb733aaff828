// SPDX-License-Identifier: GPL-2.0-or-later
import type { TlbPolicy, TlbPolicySetting } from './tlb-policy.js';

/** The ways of each set in an order; the first is the next to go. */
class OrderedWays implements TlbPolicy {
  private readonly ways: number;
  private readonly order: Uint16Array;

  constructor({ sets, ways }: TlbPolicySetting) {
    this.ways = ways;
    this.order = Uint16Array.from({ length: sets * ways }, (_, index) => index % ways);
  }

  victim(set: number): number {
    return this.order[set * this.ways]!;
  }

  filled(set: number, way: number): void {
    this.moveToEnd(set, way);
  }

  snapshot(): Uint16Array {
    return this.order.slice();
  }

  restore(state: unknown): void {
    this.order.set(state as Uint16Array);
  }

  protected moveToEnd(set: number, way: number): void {
    const { order, ways } = this;
    const end = (set + 1) * ways;
    const at = order.indexOf(way, set * ways);
    order.copyWithin(at, at + 1, end);
    order[end - 1] = way;
  }
}

/** The way that has been without use for longest goes. */
class LruWays extends OrderedWays {
  hit(set: number, way: number): void {
    this.moveToEnd(set, way);
  }
}

/**
 * A tree of bits over the ways of a set: each use lets the bits on its way down point to the other
 * side, and the way to which they point goes. What many processors have in place of LRU.
 */
class TreePlruWays implements TlbPolicy {
  private readonly ways: number;
  /** For each set its nodes; node 1 is the root, and those below node n are 2n and 2n + 1. */
  private readonly bits: Uint8Array;

  constructor({ sets, ways }: TlbPolicySetting) {
    this.ways = ways;
    this.bits = new Uint8Array(sets * ways);
  }

  victim(set: number): number {
    const { bits, ways } = this;
    let node = 1;
    while (node < ways) node = 2 * node + bits[set * ways + node]!;
    return node - ways;
  }

  filled(set: number, way: number): void {
    this.hit(set, way);
  }

  hit(set: number, way: number): void {
    const { bits, ways } = this;
    for (let node = way + ways; node > 1; node >>>= 1) {
      bits[set * ways + (node >>> 1)] = (node & 1) ^ 1;
    }
  }

  snapshot(): Uint8Array {
    return this.bits.slice();
  }

  restore(state: unknown): void {
    this.bits.set(state as Uint8Array);
  }
}

/** Names of the TLB policies that there are. */
export type TlbPolicyName = 'lru' | 'fifo' | 'random' | 'tree-plru';

/**
 * The TLB policies that there are: the way that has been without use for longest goes, the one that
 * was filled first, any, or the one that a tree of bits points to. `lru` does what `Tlb` does by
 * itself, which is faster.
 */
export const tlbPolicies: Readonly<
  Record<TlbPolicyName, (setting: TlbPolicySetting) => TlbPolicy>
> = {
  lru: (setting) => new LruWays(setting),
  fifo: (setting) => new OrderedWays(setting),
  random: ({ ways, random }) => ({ victim: () => (random() >>> 0) % ways }),
  'tree-plru': (setting) => new TreePlruWays(setting),
};
