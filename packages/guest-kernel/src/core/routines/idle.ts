// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall } from '@lguest-sim/abi';
import type { Frame } from '../context.js';
import type { Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';
import { panicWith } from './panic.js';
import { schedule } from './schedule.js';
import { startSlice } from './slice.js';

/**
 * What the idle task does until the last process has ended: it gives the CPU away, and when it gets
 * it back although a process sleeps, it halts until the next interrupt.
 */
export const idle = new Routine('idle', { look, judge });

/** With interrupts off, nothing can make a process ready between the look and the HALT. */
function look(kernel: Kernel): Step {
  kernel.setInterrupts(false);
  return judge;
}

function judge(kernel: Kernel, frame: Frame): Step | undefined {
  if (kernel.readyCount > 0) return kernel.call(schedule, [0], look);
  const left = kernel.processes.filter((process) => !process.hasEnded);
  if (left.length === 0) return undefined;
  if (!kernel.hasSleepers) {
    const who = left.map(({ id, name }) => `${id} (${name})`).join(', ');
    return panicWith(kernel, frame, `deadlock: nothing can wake process ${who}`);
  }
  startSlice(kernel);
  // The host takes interrupts in while the guest halts, and turns them on for the handler.
  kernel.emit.hypercall(Hypercall.halt);
  return look;
}
