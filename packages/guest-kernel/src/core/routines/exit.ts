// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall } from '@lguest-sim/abi';
import type { Frame } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import type { Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';
import { freeTable } from './free-table.js';
import { schedule } from './schedule.js';

/**
 * The current process ends. Local: its ExitCode. Does not return: the task's stack and top-level
 * table, in use until the switch, are given back by the switch.
 *
 * The kernel leaves the process's tables before it takes them apart, as Linux's `leave_mm` does; the
 * boot table holds everything that the kernel needs.
 */
export const exit = new Routine('exit', { begin, leave, gone });

function begin(kernel: Kernel, { locals }: Frame): Step {
  kernel.end(kernel.process!, locals[0] as ExitCode);
  kernel.emit.hypercall(Hypercall.newPgtable, kernel.layout.swapperTop);
  return kernel.call(freeTable, [0, kernel.task.directory, kernel.task.id], leave);
}

function leave(kernel: Kernel): Step {
  return kernel.call(schedule, [0], gone);
}

function gone(kernel: Kernel): never {
  throw new Error(`process ${kernel.task.id}: runs again after its end`);
}
