// SPDX-License-Identifier: GPL-2.0-or-later
import type { Frame } from '../context.js';
import type { Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';
import { schedule } from './schedule.js';

/** The current process sleeps. Local: for how many timer interrupts. */
export const sleep = new Routine('sleep', { begin, awake });

function begin(kernel: Kernel, { locals }: Frame): Step {
  kernel.process!.sleepTicks = locals[0]!;
  return kernel.call(schedule, [0], awake);
}

function awake(): undefined {
  return undefined;
}
