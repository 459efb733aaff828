// SPDX-License-Identifier: GPL-2.0-or-later

/** One slot, as a delta tells it; an unallocated one has no other fields. */
export interface SlotState {
  /** Whether the slot has a top table. */
  readonly allocated: boolean;
  /** Guest top level that it shadows, a guest-physical address in hex. */
  readonly gpgdir?: string | undefined;
  /** Whether it is believed to map the Switcher. */
  readonly switcherMapped?: boolean | undefined;
  /** Host CPU whose two Switcher leaves are there, or -1. */
  readonly lastHostCpu?: number | undefined;
}

/** One virtual CPU, as a delta tells it: its slot, and whether its memory is mapped one to one. */
export interface VcpuState {
  /** Number of the slot that the vCPU is on. */
  readonly pgd: number;
  /** Whether its memory is mapped one to one. */
  readonly linear: boolean;
}

/** A page's name, and the references that the code holds on it. */
export type Reference = readonly [page: string, count: number];

/**
 * What changed between the states after two operations, as the trace format writes it: addresses,
 * entries and flags are strings of lower-case hexadecimal, and an absent list means no change.
 */
export interface Delta {
  /** Slots that changed. */
  readonly slots?: readonly (readonly [slot: number, state: SlotState])[] | undefined;
  /** vCPUs that changed. */
  readonly vcpus?: readonly (readonly [vcpu: number, state: VcpuState])[] | undefined;
  /** Top-level shadow entries that changed, by slot and index; flags in hex. */
  readonly pgd?: readonly (readonly [slot: number, index: number, flags: string])[] | undefined;
  /** Middle shadow entries that changed (PAE). */
  readonly pmd?:
    | readonly (readonly [slot: number, pgdIndex: number, pmdIndex: number, flags: string])[]
    | undefined;
  /** Shadow leaves that changed, with the name of the page that they map. */
  readonly pte?:
    readonly (readonly [slot: number, vaddr: string, page: string, flags: string])[] | undefined;
  /** Pages whose number of references changed. */
  readonly refs?: readonly Reference[] | undefined;
  /** Pages of shadow tables in use, if that changed. */
  readonly hostPages?: number | undefined;
  /** First address of the guest kernel in hex, if that changed. */
  readonly kernelAddress?: string | undefined;
  /** Words of guest memory that the host changed, in hex. */
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
  /** What the original’s function returned, if it returns anything. */
  readonly ret?: number | boolean | string | undefined;
  /** The reason, on the operation that first killed the guest. */
  readonly killed?: string | undefined;
  /** How the original crashed the host. Nothing else is known then. */
  readonly oops?: string | undefined;
  /** What changed, if anything did. */
  readonly delta?: Delta | undefined;
  /** On `free` only: pages whose reference count is not zero now that every table is gone. */
  readonly leaks?: readonly Reference[] | undefined;
}
