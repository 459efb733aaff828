// SPDX-License-Identifier: GPL-2.0-or-later

/** One slot, as a delta tells it; an unallocated one has no other fields. */
export interface SlotState {
  readonly allocated: boolean;
  readonly gpgdir?: string | undefined;
  readonly switcherMapped?: boolean | undefined;
  readonly lastHostCpu?: number | undefined;
}

/** One virtual CPU, as a delta tells it: its slot, and whether its memory is mapped one to one. */
export interface VcpuState {
  readonly pgd: number;
  readonly linear: boolean;
}

/** A page's name, and the references that the code holds on it. */
export type Reference = readonly [page: string, count: number];

/**
 * What changed between the states after two operations, as the trace format writes it: addresses,
 * entries and flags are strings of lower-case hexadecimal, and an absent list means no change.
 */
export interface Delta {
  readonly slots?: readonly (readonly [slot: number, state: SlotState])[] | undefined;
  readonly vcpus?: readonly (readonly [vcpu: number, state: VcpuState])[] | undefined;
  readonly pgd?: readonly (readonly [slot: number, index: number, flags: string])[] | undefined;
  readonly pmd?:
    | readonly (readonly [slot: number, pgdIndex: number, pmdIndex: number, flags: string])[]
    | undefined;
  readonly pte?:
    readonly (readonly [slot: number, vaddr: string, page: string, flags: string])[] | undefined;
  readonly refs?: readonly Reference[] | undefined;
  readonly hostPages?: number | undefined;
  readonly kernelAddress?: string | undefined;
  readonly mem?: readonly (readonly [gpa: string, value: string])[] | undefined;
}

/** The lists of a delta, in the order in which they are written. */
export const deltaLists = ['slots', 'vcpus', 'pgd', 'pmd', 'pte', 'refs', 'mem'] as const;
export type DeltaList = (typeof deltaLists)[number];

/** The single values of a delta. */
export const deltaValues = ['hostPages', 'kernelAddress'] as const;

/** Every key that a delta can have. */
export const deltaKeys: readonly (keyof Delta)[] = [...deltaLists, ...deltaValues];

/** What an operation returned and changed: the `r` of a trace's line. */
export interface StepResult {
  readonly ret?: number | boolean | string | undefined;
  /** The reason, on the operation that first killed the guest. */
  readonly killed?: string | undefined;
  /** How the original crashed the host. Nothing else is known then. */
  readonly oops?: string | undefined;
  readonly delta?: Delta | undefined;
  /** On `free` only: pages whose reference count is not zero now that every table is gone. */
  readonly leaks?: readonly Reference[] | undefined;
}
