// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall } from '@lguest-sim/abi';
import type { Kernel } from '../kernel.js';

/**
 * Emits SET_CLOCKEVENT, unless it has been done: if there is a process to change to when the time is
 * over, or one that sleeps.
 */
export function startSlice(kernel: Kernel): void {
  if (kernel.timerArmed || (kernel.readyCount <= 1 && !kernel.hasSleepers)) return;
  kernel.timerArmed = true;
  kernel.emit.hypercall(Hypercall.setClockevent, kernel.sliceNanoseconds);
}
