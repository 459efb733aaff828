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
  /** A zero-filled host page, or -1 if there is none. */
  allocate(): Pfn;
  free(pfn: Pfn): void;
}

/** Host page numbers of the Switcher's pages. */
export interface SwitcherFrames {
  readonly text: Pfn;
  /** State page of a host CPU. */
  state(hostCpu: number): Pfn;
  /** Regs page of a vCPU. */
  registers(vcpu: number): Pfn;
}

/** What the shadow MMU of one guest is made of. */
export interface ShadowMmuOptions {
  readonly host: HostMemory;
  readonly format: PagingFormat;
  readonly layout: SwitcherLayout;
  readonly fidelity: Fidelity;
  /** Single defects to have or not, whatever `fidelity` says: to find out what comes of each. */
  readonly defects?: Partial<Defects>;
  /** Virtual CPUs of the guest. */
  readonly vcpus: number;
  readonly memory: GuestMemory;
  readonly pages: LauncherPages;
  readonly tables: TablePages;
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
  initGuestPagetable(): number;
  guestDataInit(vcpu: number, gpa: number): void;
  demandPage(vcpu: number, vaddr: number, errorCode: number): boolean;
  pinStackPages(vcpu: number): void;
  setStack(vcpu: number, esp: number, ss: number, pages: number): void;
  newPagetable(vcpu: number, gpgdir: number): SlotChange;
  setPte(vcpu: number, gpgdir: number, vaddr: number, low: number, high: number): void;
  setPgd(gpgdir: number, index: number): void;
  setPmd(gpmd: number, index: number): void;
  flushUser(vcpu: number): void;
  clearAll(vcpu: number): void;
  mapSwitcher(vcpu: number, hostCpu: number): SwitcherRemap;
  free(): void;
  shadowCr3(vcpu: number): number;
  vcpu(vcpu: number): VcpuView;
  snapshot(): Snapshot;
  restore(snapshot: Snapshot): void;
}
