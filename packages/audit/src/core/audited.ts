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
  /** First byte of the page, guest-virtual. */
  readonly address: GuestVirtual;
  /** First byte of the page that it is translated to, host-physical. */
  readonly frame: HostPhysical;
  /** Whether it lets through stores. */
  readonly writable: boolean;
  /** Whether it lets through accesses from ring 3. */
  readonly user: boolean;
}

/** What the audit looks at of a host CPU. */
export interface AuditedCpu {
  /** Whether guest code runs on it. */
  readonly inGuest: boolean;
  /** Guest that runs, or ran last; -1 before the first. */
  readonly guest: number;
  /** Top-level table that the CPU walks. */
  readonly cr3: HostPhysical;
  /** What its TLB holds. */
  translations(): readonly AuditedTranslation[];
}

/** One of a guest's cached top-level shadow tables. */
export interface AuditedSlot {
  /** Whether it has a top table. */
  readonly allocated: boolean;
  /** Guest top level that it shadows. */
  readonly gpgdir: GuestPhysical;
  /** Whether the shadow MMU believes the Switcher’s path and text leaf to be there. */
  readonly switcherMapped: boolean;
  /** Host CPU whose two Switcher leaves are there, -1 if that is not known. */
  readonly lastHostCpu: number;
  /** Host page number of the top table. */
  readonly topPfn: Pfn;
}

/** The Launcher's memory behind a guest. */
export interface AuditedMemory {
  /** First guest page number out of bounds. */
  readonly pageLimit: number;
  /** Host page of a guest page's own frame, or below 0. */
  frameOf(gpfn: number): Pfn;
  /** Whether a guest page was obtained for writing: not the zero page, not a page of a file. */
  isWritable(gpfn: number): boolean;
  /** The aligned word at `gpa`, unsigned; 0 where nothing can be read. */
  readWord(gpa: GuestPhysical): number;
}

/** What the audit looks at of a guest. */
export interface AuditedGuest {
  /** The Launcher’s memory. */
  readonly memory: AuditedMemory;
  /** The slots, by number. */
  readonly slots: readonly AuditedSlot[];
  /** Slot that the vCPU is on. */
  readonly slot: number;
  /** Whether memory is still mapped one to one. */
  readonly linear: boolean;
  /** First address of the guest kernel, in bytes, signed. */
  readonly kernelAddress: GuestVirtual;
  /** The guest kernel's stack: its top, and its pages. */
  readonly esp: GuestVirtual;
  /** Pages of the guest kernel’s stack. */
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
  /** The guest’s 32 descriptors, 2 words each, low word first. */
  readonly gdt: Int32Array;
  /** Top of the ring 1 stack: a virtual address in bytes. */
  readonly esp1: GuestVirtual;
  /** Selector of that stack. */
  readonly ss1: number;
}

/** A machine under audit. */
export interface AuditedHost {
  /** Host physical memory. */
  readonly memory: HostMemory;
  /** Format of all tables. */
  readonly format: PagingFormat;
  /** Where the Switcher is. */
  readonly layout: SwitcherLayout;
  /** The Switcher's text page. */
  readonly text: Pfn;
  /** A host CPU's state page. */
  state(cpu: number): Pfn;
  /** The host CPUs, by number. */
  readonly cpus: readonly AuditedCpu[];
  /** The guests, by number. */
  readonly guests: readonly AuditedGuest[];
}
