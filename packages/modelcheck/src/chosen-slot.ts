// SPDX-License-Identifier: GPL-2.0-or-later
import type { EvictionPolicy, EvictionView } from '@lguest-sim/mmu-host';

/** Takes the slot that it is told to, where the original throws dice: every outcome is looked at. */
export class ChosenSlot implements EvictionPolicy {
  /** Slot to take next. */
  slot = 0;

  choose({ slots }: EvictionView): number {
    return this.slot % slots;
  }
}
