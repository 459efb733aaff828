// SPDX-License-Identifier: GPL-2.0-or-later
import { PolicyTlb, Right, type TlbPolicy, type TlbSnapshot } from '@lguest-sim/cpu';
import { guardedTlbPolicy, type TlbPlugin } from '@lguest-sim/simulation';
import { Numbers } from '../numbers.js';
import { policyChecks, type Check, type Player } from '../policy-checks.js';

const SHAPES = [
  { entries: 16, ways: 4 },
  { entries: 8, ways: 8 },
  { entries: 4, ways: 1 },
];
const PAGES = 24;

/** What there is to check of a TLB policy, in TLBs of several shapes. */
export function tlbChecks(plugin: TlbPlugin): Check[] {
  return SHAPES.flatMap(({ entries, ways }) =>
    policyChecks((seed, random) => {
      const setting = { sets: entries / ways, ways, random: random.next };
      return new Accesses(guardedTlbPolicy(plugin, setting), { entries, ways }, seed);
    }),
  );
}

/** A CPU that accesses pages, some of them more often. */
class Accesses implements Player {
  readonly #tlb: PolicyTlb;
  readonly #scene: Numbers;

  constructor(policy: TlbPolicy, shape: { entries: number; ways: number }, seed: number) {
    this.#tlb = new PolicyTlb(shape, policy);
    this.#scene = new Numbers(seed + 2000);
  }

  play(steps: number): readonly number[] {
    return Array.from({ length: steps }, () => this.#step());
  }

  snapshot(): unknown {
    return { tlb: this.#tlb.snapshot(), scene: this.#scene.state };
  }

  restore(state: unknown): void {
    const { tlb, scene } = state as { tlb: TlbSnapshot; scene: readonly number[] };
    this.#tlb.restore(tlb);
    this.#scene.state = scene;
  }

  /** @returns 1 for a hit, 0 for a miss, 2 for something else */
  #step(): number {
    const what = this.#scene.below(50);
    const page = this.#scene.below(this.#scene.below(PAGES) + 1) << 12;
    if (what === 0) this.#tlb.flush();
    else if (what === 1) this.#tlb.drop(page);
    else if (this.#tlb.lookUp(page, Right.present)) return 1;
    else return (this.#tlb.fill(page, Right.present, page), 0);
    return 2;
  }
}
