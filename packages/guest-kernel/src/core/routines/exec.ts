// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall } from '@lguest-sim/abi';
import type { Frame } from '../context.js';
import { ExitCode } from '../exit-code.js';
import { NO_MEMORY, type Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';
import { exit } from './exit.js';
import { freeTable } from './free-table.js';
import { newTables } from './new-tables.js';

/**
 * The current process's address space is replaced by an empty one (execve): as in Linux, the new
 * tables are loaded (NEW_PGTABLE) before the old ones are taken apart. Local: gpa of the old top
 * level. Without memory for new tables the process is killed.
 */
export const exec = new Routine('exec', { begin, replace, done });

function begin(kernel: Kernel): Step {
  return kernel.call(newTables, [], replace);
}

function replace(kernel: Kernel, frame: Frame): Step {
  const process = kernel.process!;
  const directory = kernel.context!.value;
  if (directory === NO_MEMORY) return kernel.become(frame, exit, [ExitCode.outOfMemory]);
  const old = process.directory;
  frame.locals[0] = old;
  process.directory = directory;
  process.forgetMemory();
  kernel.emit.hypercall(Hypercall.newPgtable, directory);
  return kernel.call(freeTable, [0, old, process.id], done);
}

function done(kernel: Kernel, { locals }: Frame): undefined {
  kernel.free(locals[0]!);
}
