// SPDX-License-Identifier: GPL-2.0-or-later
import type { SwitcherLayout } from '@lguest-sim/abi';
import type {
  GuestPhysical,
  GuestVirtual,
  HostMemory,
  HostPhysical,
  PagingFormat,
  Pfn,
} from '@lguest-sim/x86';

// What is audited, as the audit sees it: to look at, never to change. Tables, pages and holds are
// not here; they are read in host memory, whoever wrote them.

/** A translation that a host CPU has in its TLB. */
export interface AuditedTranslation {
  readonly address: GuestVirtual;
  readonly frame: HostPhysical;
  readonly writable: boolean;
  readonly user: boolean;
}

export interface AuditedCpu {
  /** Whether guest code runs on it. */
  readonly inGuest: boolean;
  /** Guest that runs, or ran last; -1 before the first. */
  readonly guest: number;
  readonly cr3: HostPhysical;
  /** What its TLB holds. */
  translations(): readonly AuditedTranslation[];
}

/** One of a guest's cached top-level shadow tables. */
export interface AuditedSlot {
  readonly allocated: boolean;
  readonly gpgdir: GuestPhysical;
  readonly switcherMapped: boolean;
  readonly lastHostCpu: number;
  readonly topPfn: Pfn;
}

/** The Launcher's memory behind a guest. */
export interface AuditedMemory {
  /** First guest page number out of bounds. */
  readonly pageLimit: number;
  /** Host page of a guest page's own frame, or below 0. */
  frameOf(gpfn: number): Pfn;
  isWritable(gpfn: number): boolean;
  /** The aligned word at `gpa`, unsigned; 0 where nothing can be read. */
  readWord(gpa: GuestPhysical): number;
}

export interface AuditedGuest {
  readonly memory: AuditedMemory;
  readonly slots: readonly AuditedSlot[];
  /** Slot that the vCPU is on. */
  readonly slot: number;
  /** Whether memory is still mapped one to one. */
  readonly linear: boolean;
  readonly kernelAddress: GuestVirtual;
  /** The guest kernel's stack: its top, and its pages. */
  readonly esp: GuestVirtual;
  readonly stackPages: number;
  /** Shadow tables in use, as the shadow MMU counts them. */
  readonly tables: number;
  /** Why it is dead, or null. */
  readonly death: string | null;
  /** Whether it asked to be restarted, which alone replaces a reason. */
  readonly restarts: boolean;
  /** Guest-physical address of `struct lguest_data`, or below 0. */
  readonly dataAddress: GuestPhysical;
  /** Page of the vCPU's registers; 0 if it has none. */
  readonly registersFrame: Pfn;
  /** What the state page has to say for it: see `VcpuState`. */
  readonly idt: Int32Array;
  readonly gdt: Int32Array;
  readonly esp1: GuestVirtual;
  readonly ss1: number;
}

/** A machine under audit. */
export interface AuditedHost {
  readonly memory: HostMemory;
  readonly format: PagingFormat;
  readonly layout: SwitcherLayout;
  /** The Switcher's text page. */
  readonly text: Pfn;
  /** A host CPU's state page. */
  state(cpu: number): Pfn;
  readonly cpus: readonly AuditedCpu[];
  readonly guests: readonly AuditedGuest[];
}
