// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall } from '@lguest-sim/abi';
import type { Frame } from '../context.js';
import type { Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';
import { trapReturn } from './trap-return.js';

/**
 * The timer interrupt: the running process has had its turn. Local: gpa of the trap frame.
 *
 * The switch itself waits for the return to user mode: the kernel does not preempt itself.
 */
export const timer = new Routine('timer', { tick });

function tick(kernel: Kernel, frame: Frame): Step {
  kernel.timerInterrupts++;
  kernel.rescheduleWanted = true;
  startSlice(kernel);
  return kernel.become(frame, trapReturn, [frame.locals[0]!]);
}

/** Emits SET_CLOCKEVENT, if there is a process to change to when the time is over. */
export function startSlice(kernel: Kernel): void {
  if (kernel.readyCount > 1)
    kernel.emit.hypercall(Hypercall.setClockevent, kernel.sliceNanoseconds);
}
