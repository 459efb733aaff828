// SPDX-License-Identifier: GPL-2.0-or-later
import type { GuestPhysical, Pfn } from '@lguest-sim/x86';
import type { SlotView } from './interfaces.js';
import type { Slot } from './slot.js';

/**
 * A slot for those to look at who must not change it. A class, as its getters are then found like
 * methods; those of an object of its own an engine calls in a roundabout way.
 */
export class LiveSlotView implements SlotView {
  private readonly slot: Slot;

  constructor(slot: Slot) {
    this.slot = slot;
  }

  get allocated(): boolean {
    return this.slot.topPfn !== 0;
  }

  get gpgdir(): GuestPhysical {
    return this.slot.gpgdir >>> 0;
  }

  get switcherMapped(): boolean {
    return this.slot.switcherMapped;
  }

  get lastHostCpu(): number {
    return this.slot.lastHostCpu;
  }

  get topPfn(): Pfn {
    return this.slot.topPfn;
  }
}
