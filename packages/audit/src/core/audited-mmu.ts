// SPDX-License-Identifier: GPL-2.0-or-later
import type { GuestVirtual } from '@lguest-sim/x86';
import type { AuditedGuest, AuditedSlot } from './audited.js';

/** A guest's shadow MMU, as far as the audit looks at it: `ShadowMmu` of mmu-host fits. */
export interface ShadowMmuView {
  readonly slots: readonly AuditedSlot[];
  readonly kernelAddress: GuestVirtual;
  readonly stackPages: number;
  readonly counters: { readonly tablesAllocated: number; readonly tablesFreed: number };
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
  readonly slots: readonly AuditedSlot[];
  private readonly mmu: ShadowMmuView;

  constructor(mmu: ShadowMmuView) {
    this.mmu = mmu;
    this.slots = mmu.slots;
  }

  get slot(): number {
    return this.mmu.vcpu(VCPU).slot;
  }

  get linear(): boolean {
    return this.mmu.vcpu(VCPU).linear;
  }

  get esp(): GuestVirtual {
    return this.mmu.vcpu(VCPU).esp;
  }

  get kernelAddress(): GuestVirtual {
    return this.mmu.kernelAddress;
  }

  get stackPages(): number {
    return this.mmu.stackPages;
  }

  get tables(): number {
    const { tablesAllocated, tablesFreed } = this.mmu.counters;
    return tablesAllocated - tablesFreed;
  }
}
