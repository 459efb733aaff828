// SPDX-License-Identifier: GPL-2.0-or-later

/** What a policy may look at when it chooses a host CPU for a vCPU. */
export interface PlacementView {
  readonly cpus: number;
  /** vCPUs waiting for or running on a host CPU. */
  load(cpu: number): number;
  /** Next random number of the run, unsigned 32 bits. */
  random(): number;
}

/** Decides on which host CPU a vCPU runs next. */
export interface MigrationPolicy {
  readonly name: string;
  /** CPU for a vCPU that has not run yet. */
  first(guest: number, view: PlacementView): number;
  /** CPU for a vCPU whose time slice on `cpu` has ended. `load(cpu)` counts it there still. */
  next(guest: number, cpu: number, view: PlacementView): number;
  /** Whether an idle CPU takes waiting vCPUs from the busiest one. */
  readonly steals: boolean;
}

const spread = (guest: number, view: PlacementView): number => guest % view.cpus;

/** Every vCPU stays where it was put. */
const pinned: MigrationPolicy = {
  name: 'pinned',
  first: spread,
  next: (_, cpu) => cpu,
  steals: false,
};

/** Every vCPU moves on to the next host CPU after each time slice. */
const roundRobin: MigrationPolicy = {
  name: 'round-robin',
  first: spread,
  next: (_, cpu, view) => (cpu + 1) % view.cpus,
  steals: false,
};

/** A host CPU drawn at random after each time slice. */
const random: MigrationPolicy = {
  name: 'random',
  first: spread,
  next: (_, __, view) => view.random() % view.cpus,
  steals: false,
};

/** Stays, unless another CPU has at least two vCPUs fewer; idle CPUs steal from the busiest. */
const balance: MigrationPolicy = {
  name: 'balance',
  first: spread,
  next: (_, cpu, view) => {
    const idlest = extremeCpu(view, (a, b) => a < b);
    return view.load(idlest) + 2 <= view.load(cpu) ? idlest : cpu;
  },
  steals: true,
};

/** The CPU whose load beats all others'; of equals the lowest number. */
export function extremeCpu(
  view: Pick<PlacementView, 'cpus' | 'load'>,
  beats: (a: number, b: number) => boolean,
): number {
  let best = 0;
  for (let cpu = 1; cpu < view.cpus; cpu++) {
    if (beats(view.load(cpu), view.load(best))) best = cpu;
  }
  return best;
}

export const migrationPolicies = {
  pinned,
  'round-robin': roundRobin,
  random,
  balance,
} as const satisfies Record<string, MigrationPolicy>;

export type MigrationPolicyName = keyof typeof migrationPolicies;
export const migrationPolicyNames = Object.keys(migrationPolicies) as MigrationPolicyName[];
