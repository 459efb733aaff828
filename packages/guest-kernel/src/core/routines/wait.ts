// SPDX-License-Identifier: GPL-2.0-or-later
import type { Frame } from '../context.js';
import { childrenOf } from '../family.js';
import type { Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';
import { schedule } from './schedule.js';

/**
 * The current process waits for a child (wait4). Locals: its process id or ANY_CHILD, 1 if the call
 * blocks. Without such a child it passes; a child that has ended is forgotten by it.
 */
export const wait = new Routine('wait', { look });

function look(kernel: Kernel, { locals }: Frame): Step | undefined {
  const [pid, blocks] = locals as [number, number];
  const process = kernel.process!;
  const children = childrenOf(kernel.processes, process, pid);
  const ended = children.find((child) => child.hasEnded);
  if (ended !== undefined) ended.isReaped = true;
  if (ended !== undefined || children.length === 0 || blocks === 0) return undefined;
  process.waitsFor = pid;
  return kernel.call(schedule, [0], look);
}
