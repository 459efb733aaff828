// SPDX-License-Identifier: GPL-2.0-or-later
import type { GuestVirtual } from '@lguest-sim/x86';
import type { AuditedGuest, AuditedSlot } from './audited.js';

/** A guest's shadow MMU, as far as the audit looks at it: `ShadowMmu` of mmu-host fits. */
export interface ShadowMmuView {
  /** The slots, by number. */
  readonly slots: readonly AuditedSlot[];
  /** First address of the guest kernel, in bytes, signed. */
  readonly kernelAddress: GuestVirtual;
  /** Pages of the guest kernel’s stack. */
  readonly stackPages: number;
  /** Shadow tables that it took and gave back since it was made. */
  readonly counters: { readonly tablesAllocated: number; readonly tablesFreed: number };
  /** What it knows of a vCPU. */
  vcpu(vcpu: number): {
    readonly slot: number;
    readonly linear: boolean;
    readonly esp: GuestVirtual;
  };
}

/** A guest has one vCPU. */
const VCPU = 0;

/** What the audit asks of a guest that its shadow MMU knows; each getter shows the present. */
export abstract class AuditedMmu implements Pick<
  AuditedGuest,
  'slots' | 'slot' | 'linear' | 'esp' | 'kernelAddress' | 'stackPages' | 'tables'
> {
  /** The slots, by number. */
  readonly slots: readonly AuditedSlot[];
  private readonly mmu: ShadowMmuView;

  constructor(mmu: ShadowMmuView) {
    this.mmu = mmu;
    this.slots = mmu.slots;
  }

  /** Number of the slot that the vCPU is on. */
  get slot(): number {
    return this.mmu.vcpu(VCPU).slot;
  }

  /** Whether the vCPU’s memory is still mapped one to one. */
  get linear(): boolean {
    return this.mmu.vcpu(VCPU).linear;
  }

  /** Top of the vCPU’s ring 1 stack: a virtual address in bytes, signed. */
  get esp(): GuestVirtual {
    return this.mmu.vcpu(VCPU).esp;
  }

  /** First address of the guest kernel, in bytes, signed. */
  get kernelAddress(): GuestVirtual {
    return this.mmu.kernelAddress;
  }

  /** Pages of the guest kernel’s stack. */
  get stackPages(): number {
    return this.mmu.stackPages;
  }

  /** Shadow tables that it has, tops included. */
  get tables(): number {
    const { tablesAllocated, tablesFreed } = this.mmu.counters;
    return tablesAllocated - tablesFreed;
  }
}
