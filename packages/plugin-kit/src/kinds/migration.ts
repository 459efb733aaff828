// SPDX-License-Identifier: GPL-2.0-or-later
import {
  guardedMigration,
  type MigrationPlugin,
  type MigrationPolicy,
  type PlacementView,
} from '@lguest-sim/simulation';
import { Numbers } from '../numbers.js';
import { policyChecks, type Check, type Player } from '../policy-checks.js';

const CPUS = 4;
const GUESTS = 6;

/** What there is to check of a migration policy. */
export function migrationChecks(plugin: MigrationPlugin): Check[] {
  return policyChecks((seed, random) => {
    const policy = guardedMigration(plugin, { cpus: CPUS, guests: GUESTS });
    return new Placements(policy, seed, random);
  });
}

/** A host whose CPUs come and go, and whose guests run and sleep. */
class Placements implements Player {
  readonly #policy: MigrationPolicy;
  readonly #scene: Numbers;
  readonly #random: Numbers;
  /** CPU of each guest, -1 before its first. */
  #cpus = new Array<number>(GUESTS).fill(-1);
  #online = [0, 1, 2, 3];

  constructor(policy: MigrationPolicy, seed: number, random: Numbers) {
    this.#policy = policy;
    this.#scene = new Numbers(seed + 3000);
    this.#random = random;
  }

  play(steps: number): readonly number[] {
    return Array.from({ length: steps }, () => this.#step());
  }

  snapshot(): unknown {
    const policy = this.#policy.snapshot?.();
    return { policy, cpus: this.#cpus, online: this.#online, scene: this.#scene.state };
  }

  restore(state: unknown): void {
    const { policy, cpus, online, scene } = state as Record<string, unknown>;
    this.#policy.restore?.(policy);
    this.#cpus = [...(cpus as number[])];
    this.#online = [...(online as number[])];
    this.#scene.state = scene as readonly number[];
  }

  /** @returns the CPU that was named */
  #step(): number {
    if (this.#scene.below(20) === 0) this.#plug();
    const guest = this.#scene.below(GUESTS);
    const last = this.#cpus[guest]!;
    const view = this.#view();
    const wakes = this.#scene.below(2) === 0;
    const named =
      last < 0
        ? this.#policy.first(guest, view)
        : wakes
          ? this.#policy.woken(guest, last, view)
          : this.#policy.next(guest, last, view);
    this.#cpus[guest] = this.#online.includes(named) ? named : view.idlest();
    return named;
  }

  #plug(): void {
    const cpu = 1 + this.#scene.below(CPUS - 1);
    const without = this.#online.filter((each) => each !== cpu);
    this.#online = without.length < this.#online.length ? without : [...without, cpu].sort();
  }

  #view(): PlacementView {
    const online = [...this.#online];
    const load = (cpu: number): number => this.#cpus.filter((each) => each === cpu).length;
    return {
      online,
      load,
      idlest: () => online.reduce((best, cpu) => (load(cpu) < load(best) ? cpu : best)),
      random: this.#random.next,
      scheduled: (guest) => guest % CPUS,
    };
  }
}
