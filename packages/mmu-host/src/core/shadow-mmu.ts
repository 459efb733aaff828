// SPDX-License-Identifier: GPL-2.0-or-later
import type { SlotChange, SwitcherRemap } from '@lguest-sim/bus';
import {
  PAGE_SHIFT,
  type GuestPhysical,
  type GuestVirtual,
  type HostPhysical,
} from '@lguest-sim/x86';
import type { MmuCounters } from './counters.js';
import { flushUser } from './flush.js';
import { guestPhysical } from './guest-walk.js';
import type { GuestMmu, ShadowMmuOptions, SlotView, VcpuView } from './interfaces.js';
import { demandPage } from './look-up.js';
import { MmuState } from './mmu-state.js';
import { clearAll } from './prepare-table.js';
import { setPgd, setPmd, setPte } from './set-entries.js';
import { freeGuestPagetable, guestDataInit, initGuestPagetable } from './set-up.js';
import { LiveSlotView } from './slot-view.js';
import { restoreSnapshot, takeSnapshot, type ShadowMmuSnapshot } from './snapshot.js';
import { pinPage, pinStackPages, setStack } from './stack.js';
import { newPagetable } from './switch-tables.js';
import { mapSwitcher } from './switcher-mapping.js';

/**
 * H:300 The shadow MMU of one guest.
 *
 * The guest keeps page tables, and the CPU cannot be let near them: their page numbers are not the
 * host's, and nothing in them can be trusted. So the host keeps tables of its own, the shadow, which
 * the CPU does walk, and fills them in step with the guest's. There are seven parts to it, a file
 * each:
 *
 *   (i)   look-up.ts           a fault: look it up in the guest's tables, fill the shadow's
 *   (ii)  stack.ts             the guest kernel's stack has to be mapped at all times
 *   (iii) set-entries.ts       the guest says that an entry has changed
 *   (iv)  switch-tables.ts     the guest changes to another of its tables
 *   (v)   flush.ts             tables are thrown away
 *   (vi)  switcher-mapping.ts  the guest is about to run: its table shows this host CPU's pages
 *   (vii) set-up.ts            a guest begins, and ends
 *
 * Of the top-level shadow tables a few are kept, each in a **slot**; a vCPU is on one of them.
 *
 * Addresses are in bytes, unsigned (signed ones with the same 32 bits are as good). A method that
 * says it kills the guest calls `kill` with the original's message and goes on as the original does.
 * With `fidelity: 'original'` every method may throw HostOops where the original crashes the host.
 */
export class ShadowMmu implements GuestMmu<ShadowMmuSnapshot> {
  /** The slots, to look at; each shows the present. */
  readonly slots: readonly SlotView[];
  /** What was done so far. */
  readonly counters: Readonly<MmuCounters>;
  private readonly state: MmuState;

  constructor(options: ShadowMmuOptions) {
    const state = new MmuState(options);
    this.state = state;
    this.counters = state.counters;
    this.slots = state.slots.map((slot) => new LiveSlotView(slot));
  }

  /**
   * Part (vii), H:500: makes the guest's first shadow table (`init_guest_pagetable`). Comes before
   * everything else. Memory is mapped one to one for vCPU 0 from now on.
   *
   * @returns 0, or -12 if the host has no page; a lack below the top level also kills the guest
   */
  initGuestPagetable(): number {
    return initGuestPagetable(this.state);
  }

  /**
   * Part (vii), H:508: reads the guest's kernel address and tells it what the Switcher takes
   * (`page_table_guest_data_init`). Kills the guest for a data page or kernel address out of bounds.
   */
  guestDataInit(_vcpu: number, gpa: GuestPhysical): void {
    guestDataInit(this.state, gpa | 0);
  }

  /**
   * Part (i), H:330: fixes a page fault (`demand_page`). Kills the guest for malformed tables, for a
   * page that cannot be got, and when the host has no page for a table.
   *
   * @param vaddr the faulting address
   * @param errorCode the fault's error code: write (2) and user (4) count
   * @returns true if the access may be tried again, false if the fault is the guest's own
   */
  demandPage(vcpu: number, vaddr: GuestVirtual, errorCode: number): boolean {
    return demandPage(this.state, this.state.vcpus[vcpu]!, vaddr | 0, errorCode);
  }

  /** Part (ii), H:360: maps a page writable (`pin_page`). Kills the guest if that cannot be. */
  pinPage(vcpu: number, vaddr: GuestVirtual): void {
    pinPage(this.state, this.state.vcpus[vcpu]!, vaddr | 0);
  }

  /**
   * Part (ii): stores where the vCPU's kernel stack is and pins it (`guest_set_stack`). Kills the
   * guest for a segment whose privilege level is not 1, and for more than two pages.
   *
   * @param esp top of the stack, a virtual address
   * @param ss segment selector
   * @param pages pages of the stack, for all vCPUs
   */
  setStack(vcpu: number, esp: GuestVirtual, ss: number, pages: number): void {
    setStack(this.state, this.state.vcpus[vcpu]!, esp | 0, ss, pages);
  }

  /** Part (ii): pins every page of the vCPU's kernel stack (`pin_stack_pages`). */
  pinStackPages(vcpu: number): void {
    pinStackPages(this.state, this.state.vcpus[vcpu]!);
  }

  /**
   * Part (iv), H:430: the vCPU changes to the guest table at `gpgdir` (`guest_new_pagetable`). Kills
   * the guest if the stack or the Switcher cannot be mapped.
   *
   * @returns whether the table had a slot, took an unused one, or another's
   */
  newPagetable(vcpu: number, gpgdir: GuestPhysical): SlotChange {
    return newPagetable(this.state, this.state.vcpus[vcpu]!, gpgdir | 0);
  }

  /**
   * Part (iii), H:410: a leaf of a guest table has changed (`guest_set_pte`). Kills the guest for an
   * address in the Switcher, a leaf out of bounds, and a page that cannot be got.
   *
   * @param gpgdir the guest table's top level
   * @param low low word of the new leaf
   * @param high its high word under PAE, otherwise 0
   */
  setPte(
    _vcpu: number,
    gpgdir: GuestPhysical,
    vaddr: GuestVirtual,
    low: number,
    high: number,
  ): void {
    setPte(this.state, gpgdir | 0, vaddr | 0, low | 0, high | 0);
  }

  /**
   * Part (iii), H:400: a top entry of a guest table has changed (`guest_set_pgd`). Kills the guest
   * for an index out of bounds, and when the Switcher cannot be mapped again.
   */
  setPgd(gpgdir: GuestPhysical, index: number): void {
    setPgd(this.state, gpgdir | 0, index);
  }

  /** Part (iii): a middle entry has changed, under PAE (`guest_set_pmd`): all tables are released. */
  setPmd(_gpmd: GuestPhysical, _index: number): void {
    setPmd(this.state);
  }

  /** Part (v), H:440: releases the user part of the vCPU's table (`guest_pagetable_flush_user`). */
  flushUser(vcpu: number): void {
    flushUser(this.state, this.state.vcpus[vcpu]!);
  }

  /**
   * Part (v), H:470: releases all tables, then maps stack and Switcher again
   * (`guest_pagetable_clear_all`). Kills the guest if they cannot be.
   */
  clearAll(vcpu: number): void {
    clearAll(this.state, this.state.vcpus[vcpu]!);
  }

  /**
   * Walks the guest's tables (`guest_pa`). Kills the guest if they do not map the address.
   *
   * @returns guest-physical address; all ones if a directory entry was not present
   */
  guestPa(vcpu: number, vaddr: GuestVirtual): GuestPhysical {
    return guestPhysical(this.state, this.state.vcpus[vcpu]!, vaddr | 0);
  }

  /**
   * Part (vi), H:480: shows the vCPU's table the pages of the host CPU that it will run on
   * (`map_switcher_in_guest`). Allocates nothing.
   *
   * @returns how much had to be changed
   */
  mapSwitcher(vcpu: number, hostCpu: number): SwitcherRemap {
    return mapSwitcher(this.state, this.state.vcpus[vcpu]!, hostCpu);
  }

  /** Part (vii): releases all tables and every hold (`free_guest_pagetable`). */
  free(): void {
    freeGuestPagetable(this.state);
  }

  /** What to load into CR3 for a vCPU: host-physical address of its top table, in bytes. */
  shadowCr3(vcpu: number): HostPhysical {
    return (this.state.vcpus[vcpu]!.slot.topPfn << PAGE_SHIFT) >>> 0;
  }

  /** What is known of a vCPU. */
  vcpu(vcpu: number): VcpuView {
    const { slot, linear, esp } = this.state.vcpus[vcpu]!;
    return { slot: slot.number, linear, esp: esp >>> 0 };
  }

  /** At and above this virtual address everything is kernel memory; 0 until the guest said so. */
  get kernelAddress(): GuestVirtual {
    return this.state.kernelAddress >>> 0;
  }

  /** Pages of a kernel stack. */
  get stackPages(): number {
    return this.state.stackPages;
  }

  /** Its state as plain data. */
  snapshot(): ShadowMmuSnapshot {
    return takeSnapshot(this.state);
  }

  /**
   * Puts back what `snapshot` returned.
   * @throws RangeError if the snapshot has another number of slots or vCPUs; nothing changes then
   */
  restore(snapshot: ShadowMmuSnapshot): void {
    restoreSnapshot(this.state, snapshot);
  }
}
