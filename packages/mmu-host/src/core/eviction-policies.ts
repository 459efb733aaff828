// SPDX-License-Identifier: GPL-2.0-or-later
import {
  RandomEviction,
  type EvictionPolicy,
  type EvictionSetting,
  type EvictionView,
} from './eviction.js';

/** Slots in an order; the first is to go first. Empty ones are taken before any. */
class OrderedEviction implements EvictionPolicy {
  /** Slots that are in use. */
  protected readonly order: number[] = [];

  choose(view: EvictionView): number {
    const empty = firstEmpty(view);
    return empty ?? this.order[0] ?? 0;
  }

  taken(slot: number): void {
    this.moveToEnd(slot);
  }

  snapshot(): readonly number[] {
    return [...this.order];
  }

  restore(state: unknown): void {
    this.order.splice(0, this.order.length, ...(state as readonly number[]));
  }

  protected moveToEnd(slot: number): void {
    const at = this.order.indexOf(slot);
    if (at >= 0) this.order.splice(at, 1);
    this.order.push(slot);
  }
}

/** The slot that has been without use for longest goes, which the original says might be better. */
class LruEviction extends OrderedEviction {
  used(slot: number): void {
    this.moveToEnd(slot);
  }
}

/** Any slot, with equal chance, as in the original; but as long as there are empty ones, those. */
class EmptyFirstEviction extends RandomEviction {
  override choose(view: EvictionView): number {
    return firstEmpty(view) ?? super.choose(view);
  }
}

/** The first slot that was never used. */
function firstEmpty(view: EvictionView): number | undefined {
  for (let slot = 0; slot < view.slots; slot++) if (view.isEmpty(slot)) return slot;
  return undefined;
}

/** Names of the eviction policies that there are. */
export type EvictionName = 'random' | 'empty-first' | 'fifo' | 'lru';

/** Makes a policy for one guest. */
export type MakeEviction = (setting: EvictionSetting) => EvictionPolicy;

/**
 * The eviction policies that there are. `random` is the original's; `empty-first` differs from it
 * while there are empty slots only; `fifo` lets go the slot that was taken first, `lru` the one that
 * has been without use for longest.
 */
export const evictionPolicies: Readonly<Record<EvictionName, MakeEviction>> = {
  random: ({ random }) => new RandomEviction(random),
  'empty-first': ({ random }) => new EmptyFirstEviction(random),
  fifo: () => new OrderedEviction(),
  lru: () => new LruEviction(),
};
