// SPDX-License-Identifier: GPL-2.0-or-later
import type { ProcessOperation, SystemCallEvent } from '@lguest-sim/trace';
import type { GuestPhysical } from '@lguest-sim/x86';
import type { Frame } from '../context.js';
import { ExitCode } from '../exit-code.js';
import { ANY_CHILD } from '../family.js';
import type { Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';
import { TrapFrame } from '../trap-frame.js';
import { changeMap, mapChange } from './change-map.js';
import { exec } from './exec.js';
import { exit } from './exit.js';
import { fork } from './fork.js';
import { kmap, vmalloc } from './kernel-map.js';
import { sleep } from './sleep.js';
import { trapReturn } from './trap-return.js';
import { wait } from './wait.js';

/** What a call returns whose outcome the trace does not tell: -ENOSYS. */
const NO_OUTCOME = -38;

/**
 * `int 0x80`. Local: gpa of the trap frame.
 *
 * A call of the trace is counted; what it changes in the process is done, and it returns what the
 * traced program got. The one that the trace does not hold is the exit_group with which the process
 * ends: `atLimit` made it up when the trace was over. So a call to exit ends nothing yet.
 */
export const systemCall = new Routine('system call', { begin, done });

function begin(kernel: Kernel, frame: Frame): Step {
  const base = frame.locals[0]!;
  const process = kernel.process!;
  const call = process.takeSystemCall();
  if (call === undefined) {
    return kernel.become(frame, exit, [process.calledExit ? ExitCode.exit : ExitCode.endOfTrace]);
  }
  kernel.emit.store(base + TrapFrame.eax, outcomeOf(call));
  return perform(kernel, call.operation, base);
}

type Operation = ProcessOperation | undefined;

function perform(kernel: Kernel, operation: Operation, base: GuestPhysical): Step {
  if (operation !== undefined) kernel.watcher?.operation(kernel.task.id, operation);
  switch (operation?.kind) {
    case 'brk':
    case 'map':
    case 'unmap':
    case 'protect':
      return kernel.call(changeMap, mapChange(kernel, operation), done);
    case 'fork':
      return kernel.call(fork, [base, operation.child], done);
    case 'exec':
      return kernel.call(exec, [], done);
    case 'wait':
      return kernel.call(wait, [operation.child ?? ANY_CHILD, operation.blocks ? 1 : 0], done);
    case 'sleep':
      return kernel.call(sleep, [ticksOf(kernel, operation.nanoseconds)], done);
    case 'yield':
      kernel.rescheduleWanted = true;
      return done;
    case 'kernel-map':
      return kernel.call(operation.how === 'kmap' ? kmap : vmalloc, [operation.pages, 0, 0], done);
    case 'exit':
    case undefined:
      return done;
  }
}

/** The kernel knows time by its ticks; the one under way does not count. */
function ticksOf(kernel: Kernel, nanoseconds: number): number {
  return Math.ceil(Math.max(nanoseconds, 0) / kernel.sliceNanoseconds) + 1;
}

/** Goes on with what else the same call does, if there is more. */
function done(kernel: Kernel, frame: Frame): Step {
  const process = kernel.process!;
  if (process.nextSystemCall?.continued === true) {
    return perform(kernel, process.takeSystemCall()!.operation, frame.locals[0]!);
  }
  return kernel.become(frame, trapReturn, [frame.locals[0]!]);
}

function outcomeOf({ result, failed }: SystemCallEvent): number {
  if (result === null) return NO_OUTCOME;
  return failed ? -result : result;
}
