// SPDX-License-Identifier: GPL-2.0-or-later

/** What a policy may look at when it chooses a host CPU for a vCPU. */
export interface PlacementView {
  /** Host CPUs that are online, in ascending order; there is always one. */
  readonly online: readonly number[];
  /** vCPUs waiting for or running on a host CPU. */
  readonly load: (cpu: number) => number;
  /** The online CPU with the smallest load; of equals the one with the lowest number. */
  readonly idlest: () => number;
  /** Next random number of the run, unsigned 32 bits. */
  readonly random: () => number;
  /** CPU that the schedule names for a guest at this time. */
  readonly scheduled: (guest: number) => number;
}

/** What a migration policy is made with. */
export interface MigrationSetting {
  /** Host CPUs, those offline included: their numbers are 0 to `cpus` - 1. */
  readonly cpus: number;
  /** Guests, each with one vCPU. */
  readonly guests: number;
}

/**
 * Decides on which host CPU a vCPU runs next. If the one that it names is offline, the vCPU goes to
 * the idlest that is online.
 *
 * State, if there is any, has to be in `snapshot` and `restore`; chance comes from the view's `random`.
 */
export interface MigrationPolicy {
  /** CPU for a vCPU that has not run yet. */
  first(guest: number, view: PlacementView): number;
  /** CPU for a vCPU that was woken and ran on `last` before it slept. */
  woken(guest: number, last: number, view: PlacementView): number;
  /** CPU for a vCPU whose time slice on `cpu` has ended. `load(cpu)` counts it there still. */
  next(guest: number, cpu: number, view: PlacementView): number;
  /** Whether an idle CPU takes waiting vCPUs from the busiest one. */
  readonly steals: boolean;
  /** The state as plain data. */
  snapshot?(): unknown;
  /** Puts back what `snapshot` returned. */
  restore?(state: unknown): void;
}

/** Where most policies put a vCPU at first, and when it was woken. */
const usual: Pick<MigrationPolicy, 'first' | 'woken'> = {
  first: (guest, { online }) => online[guest % online.length]!,
  woken: (_, last) => last,
};

/** Every vCPU stays where it was put. */
const pinned: MigrationPolicy = {
  ...usual,
  next: (_, cpu) => cpu,
  steals: false,
};

/** Every vCPU moves on to the next host CPU after each time slice. */
const roundRobin: MigrationPolicy = {
  ...usual,
  next: (_, cpu, { online }) => online[(online.indexOf(cpu) + 1) % online.length]!,
  steals: false,
};

/** A host CPU drawn at random after each time slice. */
const random: MigrationPolicy = {
  ...usual,
  next: (_, __, view) => view.online[view.random() % view.online.length]!,
  steals: false,
};

/** Stays, unless another CPU has at least two vCPUs fewer; idle CPUs steal from the busiest. */
const balance: MigrationPolicy = {
  ...usual,
  next: (_, cpu, view) => {
    const idlest = view.idlest();
    return view.load(idlest) + 2 <= view.load(cpu) ? idlest : cpu;
  },
  steals: true,
};

/** Every vCPU is where the schedule says, from the cycle on that it says. */
const schedule: MigrationPolicy = {
  first: (guest, view) => view.scheduled(guest),
  woken: (guest, _, view) => view.scheduled(guest),
  next: (guest, _, view) => view.scheduled(guest),
  steals: false,
};

/** The migration policies that there are. */
export const migrationPolicies = {
  pinned,
  'round-robin': roundRobin,
  random,
  balance,
  schedule,
} as const satisfies Record<string, MigrationPolicy>;

/** Name of one of them. */
export type MigrationPolicyName = keyof typeof migrationPolicies;
/** Their names. */
export const migrationPolicyNames = Object.keys(migrationPolicies) as MigrationPolicyName[];
