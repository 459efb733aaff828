// SPDX-License-Identifier: GPL-2.0-or-later
import { guardedEviction, type EvictionPlugin } from '@lguest-sim/simulation';
import { Numbers } from '../numbers.js';
import { policyChecks, type Check, type Player } from '../policy-checks.js';

type EvictionPolicy = ReturnType<EvictionPlugin['make']>;

const SLOTS = 4;
/** More than there are slots. */
const TABLES = 7;

/** What there is to check of an eviction policy. */
export function evictionChecks(plugin: EvictionPlugin): Check[] {
  return policyChecks((seed, random) => {
    const policy = guardedEviction(plugin, { slots: SLOTS, random: random.next });
    return new TableSwitches(policy, seed);
  });
}

/** A guest that changes from table to table. */
class TableSwitches implements Player {
  readonly #policy: EvictionPolicy;
  readonly #scene: Numbers;
  /** Table of each slot, 0 for none. */
  #tables = new Array<number>(SLOTS).fill(0);
  #current = 0;

  constructor(policy: EvictionPolicy, seed: number) {
    this.#policy = policy;
    this.#scene = new Numbers(seed + 1000);
  }

  play(steps: number): readonly number[] {
    return Array.from({ length: steps }, () => this.#step());
  }

  snapshot(): unknown {
    const policy = this.#policy.snapshot?.();
    return { policy, tables: this.#tables, current: this.#current, scene: this.#scene.state };
  }

  restore(state: unknown): void {
    const { policy, tables, current, scene } = state as Record<string, unknown>;
    this.#policy.restore?.(policy);
    this.#tables = [...(tables as number[])];
    this.#current = current as number;
    this.#scene.state = scene as readonly number[];
  }

  /** @returns the slot that the table has now */
  #step(): number {
    const table = 0x1000 * (1 + this.#scene.below(TABLES));
    const known = this.#tables.indexOf(table);
    if (known >= 0) {
      this.#current = known;
      this.#policy.used?.(known);
      return known;
    }
    const tables = this.#tables;
    const slot = this.#policy.choose({
      slots: SLOTS,
      current: this.#current,
      isEmpty: (each) => tables[each] === 0,
      table: (each) => tables[each]!,
    });
    tables[slot] = table;
    this.#current = slot;
    this.#policy.taken?.(slot);
    return slot;
  }
}
