// SPDX-License-Identifier: GPL-2.0-or-later
import type { Frame } from '../context.js';
import type { Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';
import { startSlice } from './slice.js';
import { trapReturn } from './trap-return.js';

/**
 * The timer interrupt: the running process has had its turn, and who sleeps has one tick less to
 * sleep. Local: gpa of the trap frame.
 *
 * The switch itself waits for the return to user mode: the kernel does not preempt itself.
 */
export const timer = new Routine('timer', { tick });

function tick(kernel: Kernel, frame: Frame): Step {
  kernel.timerInterrupts++;
  kernel.timerArmed = false;
  kernel.rescheduleWanted = true;
  for (const process of kernel.processes) if (process.sleepTicks > 0) process.sleepTicks--;
  startSlice(kernel);
  return kernel.become(frame, trapReturn, [frame.locals[0]!]);
}
