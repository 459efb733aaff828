// SPDX-License-Identifier: GPL-2.0-or-later
import type { SwitcherLayout } from '@lguest-sim/abi';
import type { SlotChange, SwitcherRemap } from '@lguest-sim/bus';
import type { HostMemory, PagingFormat, Pfn } from '@lguest-sim/x86';
import type { EvictionPolicy } from './eviction.js';
import type { Defects, Fidelity } from './fidelity.js';

/**
 * Guest memory as the host reads and writes it (the original's `lgread` and `lgwrite`).
 *
 * Values come back in two fields, so that nothing is allocated on a page fault.
 */
export interface GuestMemory {
  /** Guest pages: the first guest page number that is out of bounds. */
  readonly pageLimit: number;
  /** Low word of what the last `read` found, signed. */
  readonly low: number;
  /** High word of what the last `read` found, signed; 0 if it was of 4 bytes. */
  readonly high: number;
  /**
   * Reads 4 or 8 bytes, little-endian, at any alignment.
   * @param gpa guest-physical address in bytes, signed or unsigned
   * @returns false, with zeros in `low` and `high`, if refused
   */
  read(gpa: number, bytes: number): boolean;
  /**
   * Writes 4 or 8 bytes, little-endian, at any alignment.
   * @returns false, with nothing written, if refused
   */
  write(gpa: number, bytes: number, low: number, high: number): boolean;
}

/** The Launcher's pages, as a shadow leaf holds them (`get_user_pages_fast`). */
export interface LauncherPages {
  /**
   * Takes a hold on the frame behind a guest page, for reading or for writing.
   * @returns host page number, or -1 if there is none to be had
   */
  pin(gpfn: number, write: boolean): Pfn;
}

/** Where pages for shadow tables come from. */
export interface TablePages {
  /**
   * A zero-filled host page, or -1 if there is none. Until it is given back the shadow MMU alone sets
   * entries in it; which parts it has filled is in `HostMemory.filled`.
   */
  allocate(): Pfn;
  /** Gives a page back. */
  free(pfn: Pfn): void;
}

/** Host page numbers of the Switcher's pages. */
export interface SwitcherFrames {
  /** Page number of the Switcher’s text page. */
  readonly text: Pfn;
  /** State page of a host CPU. */
  state(hostCpu: number): Pfn;
  /** Regs page of a vCPU. */
  registers(vcpu: number): Pfn;
}

/** What the shadow MMU of one guest is made of. */
export interface ShadowMmuOptions {
  /** Host physical memory, in which the shadow tables are. */
  readonly host: HostMemory;
  /** Format of the guest’s tables and of the shadow tables. */
  readonly format: PagingFormat;
  /** Where the Switcher’s pages are to be mapped. */
  readonly layout: SwitcherLayout;
  /** As the original, or mended. */
  readonly fidelity: Fidelity;
  /** Single defects to have or not, whatever `fidelity` says: to find out what comes of each. */
  readonly defects?: Partial<Defects>;
  /** Virtual CPUs of the guest. */
  readonly vcpus: number;
  /** The guest’s memory, in which its tables are. */
  readonly memory: GuestMemory;
  /** What hands out the guest’s pages, held. */
  readonly pages: LauncherPages;
  /** What hands out pages for shadow tables. */
  readonly tables: TablePages;
  /** The Switcher’s pages. */
  readonly switcher: SwitcherFrames;
  /** Launcher address of guest-physical 0, in bytes; shows in one kill message. */
  readonly memBase: number;
  /** The next random number, an unsigned 32-bit one (`prandom_u32`). */
  readonly random: () => number;
  /** Kills the guest. May be called again: the first reason counts, and the code goes on. */
  readonly kill: (reason: string) => void;
  /** Shadow tables that are kept; 4 in the original. */
  readonly slots?: number;
  /** Which slot a table that has none gets; at random in the original. */
  readonly eviction?: EvictionPolicy;
}

/** One of the guest's cached top-level shadow tables, to look at. */
export interface SlotView {
  /** Whether it has a top table. */
  readonly allocated: boolean;
  /** Guest top level that it shadows: a guest-physical address in bytes. */
  readonly gpgdir: number;
  /** Whether the Switcher's path and text leaf are believed to be there. */
  readonly switcherMapped: boolean;
  /** Host CPU whose two Switcher leaves are there, or -1 if that is not known. */
  readonly lastHostCpu: number;
  /** Host page number of the top table, 0 if not allocated. */
  readonly topPfn: Pfn;
}

/** What the shadow MMU knows of one vCPU, to look at. */
export interface VcpuView {
  /** Number of the slot it is on. */
  readonly slot: number;
  /** Whether its memory is still mapped one to one. */
  readonly linear: boolean;
  /** Top of its ring 1 stack, a virtual address in bytes; 0 until set. */
  readonly esp: number;
}

/**
 * What a run loop needs of whatever sits between a guest's tables and the CPU's walker. The shadow
 * MMU is one way to do it, and `ShadowMmu` says what each method does; the actor knows no more of it
 * than this.
 *
 * @typeParam Snapshot its state as plain data
 */
export interface GuestMmu<Snapshot> {
  /** Cached tables, to look at; a way without any has none. */
  readonly slots: readonly SlotView[];
  /**
   * Makes the first table; memory is mapped one to one (`init_guest_pagetable`).
   * @returns 0, or -1 if the host has no page for it
   */
  initGuestPagetable(): number;
  /**
   * Reads the guest kernel’s first address, tells how much the Switcher takes, and throws all
   * tables away (`page_table_guest_data_init`). Kills for a bad address.
   */
  guestDataInit(vcpu: number, gpa: number): void;
  /**
   * Puts a page fault right if the guest’s own tables allow the access (`demand_page`). Kills for
   * an entry that cannot be.
   * @param vaddr gva that faulted, in bytes
   * @param errorCode of the CPU: bit 1 for a write, bit 2 for user mode
   * @returns whether the guest can try again; else the fault is its own
   */
  demandPage(vcpu: number, vaddr: number, errorCode: number): boolean;
  /**
   * Maps the guest kernel’s stack writable in the current table (`pin_stack_pages`). Kills if it
   * cannot.
   */
  pinStackPages(vcpu: number): void;
  /**
   * SET_STACK: tells where the guest kernel’s stack is, and pins it (`guest_set_stack`). Kills for
   * a selector outside ring 1 or more than 2 pages.
   * @param esp gva of its top, in bytes
   * @param pages 0 to 2
   */
  setStack(vcpu: number, esp: number, ss: number, pages: number): void;
  /**
   * NEW_PGTABLE: goes on with another guest table (`guest_new_pagetable`).
   * @param gpgdir gpa of its top level, in bytes
   * @returns how its slot was come by
   */
  newPagetable(vcpu: number, gpgdir: number): SlotChange;
  /**
   * SET_PTE: takes over a leaf that the guest has written (`guest_set_pte`). Kills for an entry
   * that cannot be, and for an address in the Switcher.
   * @param gpgdir gpa of the top level, in bytes
   * @param vaddr gva that the leaf is for
   * @param low bits 0 to 31
   * @param high bits 32 to 63; 0 on two-level paging
   */
  setPte(vcpu: number, gpgdir: number, vaddr: number, low: number, high: number): void;
  /**
   * SET_PGD: throws away what hangs on a top-level entry (`guest_set_pgd`). Kills for an index that
   * cannot be.
   * @param gpgdir gpa of the top level, in bytes
   * @param index of the entry, from 0
   */
  setPgd(gpgdir: number, index: number): void;
  /**
   * SET_PMD: throws everything away, whatever it is told (`guest_set_pmd`).
   * @param gpmd gpa of the middle table
   * @param index of the entry
   */
  setPmd(gpmd: number, index: number): void;
  /**
   * Throws away what the current table has below the guest kernel (`guest_pagetable_flush_user`).
   */
  flushUser(vcpu: number): void;
  /**
   * Throws away what all tables have, then pins the stack and makes the Switcher’s path
   * (`guest_pagetable_clear_all`).
   */
  clearAll(vcpu: number): void;
  /**
   * Puts the two Switcher entries of a host CPU into the current table, before an entry there
   * (`map_switcher_in_guest`).
   * @returns how much there was to do
   * @throws HostOops where the original dereferences NULL
   */
  mapSwitcher(vcpu: number, hostCpu: number): SwitcherRemap;
  /** Gives back all tables and lets go of all pages (`free_guest_pagetable`). */
  free(): void;
  /** What CR3 is to be for the vCPU: its current top table, a host-physical address in bytes. */
  shadowCr3(vcpu: number): number;
  /** What it knows of a vCPU. */
  vcpu(vcpu: number): VcpuView;
  /** Its state as plain data. */
  snapshot(): Snapshot;
  /** Puts back what `snapshot` returned. */
  restore(snapshot: Snapshot): void;
}
