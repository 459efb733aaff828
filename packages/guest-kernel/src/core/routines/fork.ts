// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall } from '@lguest-sim/abi';
import type { Frame } from '../context.js';
import { ExitCode } from '../exit-code.js';
import type { Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';
import { COPIED, copyTables } from './copy-tables.js';
import { createProcess } from './create-process.js';
import { freeTable } from './free-table.js';
import { startSlice } from './slice.js';

/**
 * The current process forks. Locals: gpa of its trap frame, process id of the child; then index of
 * the child. If memory does not suffice, the child ends before it begins, and the parent goes on.
 */
export const fork = new Routine('fork', { begin, copy, copied, abandon });

const FRAME = 0;
const PID = 1;
const CHILD = 2;

function begin(kernel: Kernel, { locals }: Frame): Step {
  kernel.process!.counts.forks++;
  const child = kernel.addChild(locals[PID]!);
  locals[CHILD] = child.id;
  return kernel.call(createProcess, [child.id, locals[FRAME]!], copy);
}

function copy(kernel: Kernel, { locals }: Frame): Step | undefined {
  const child = kernel.processes[locals[CHILD]!]!;
  if (child.hasEnded) return undefined;
  return kernel.call(copyTables, [0, kernel.task.directory, child.directory, 0, child.id], copied);
}

/** The parent lost its right to write: what the host and the CPU remember of it has to go. */
function copied(kernel: Kernel, { locals }: Frame): Step | undefined {
  kernel.emit.hypercall(Hypercall.flushTlb, 0);
  if (kernel.context!.value === COPIED) {
    kernel.watcher?.forked(kernel.task.id, locals[CHILD]!);
    startSlice(kernel);
    return undefined;
  }
  const child = kernel.processes[locals[CHILD]!]!;
  return kernel.call(freeTable, [0, child.directory, child.id], abandon);
}

function abandon(kernel: Kernel, { locals }: Frame): undefined {
  const child = kernel.processes[locals[CHILD]!]!;
  kernel.end(child, ExitCode.outOfMemory);
  kernel.discard(child);
}
