// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall, Register, Selector } from '@lguest-sim/abi';
import { PAGE_SIZE } from '@lguest-sim/x86';
import type { Frame } from '../context.js';
import type { Kernel } from '../kernel.js';
import { STACK_BYTES, stackPointer } from '../layout.js';
import { Routine, type Step } from '../routine.js';
import { IDLE_TASK, type Task } from '../task.js';
import { ThreadInfo } from '../trap-frame.js';
import { queue, type Call } from './queue-calls.js';
import { startSlice } from './slice.js';

/**
 * Gives the CPU to the next task, in turn. Returns to its caller when the caller's task runs again.
 * Local: the next task's id.
 *
 * On the way (facts sheet 5.2): NEW_PGTABLE, SET_STACK, LOAD_TLS, queued, then FLUSH_ASYNC. The idle
 * task has no address space of its own and stays on the tables that are loaded.
 */
export const schedule = new Routine('schedule', {
  pick,
  change,
  flush,
  loadStackPointer,
  switched,
  done,
});

function pick(kernel: Kernel, { locals }: Frame): Step {
  kernel.setInterrupts(false);
  kernel.rescheduleWanted = false;
  startSlice(kernel);
  locals[0] = nextTask(kernel);
  return locals[0] === kernel.task.id ? done : change;
}

function change(kernel: Kernel, { locals }: Frame): Step {
  const next = kernel.taskOf(locals[0]!);
  const stack = stackCall(kernel, next);
  const tls: Call = [Hypercall.loadTls, next.stack + ThreadInfo.tls, 0, 0, 0];
  if (next.id === IDLE_TASK) return queue(kernel, [stack, tls], flush);
  const tables: Call = [Hypercall.newPgtable, next.directory, 0, 0, 0];
  return queue(kernel, [tables, stack, tls], flush);
}

function flush(kernel: Kernel, { locals }: Frame): Step {
  const { emit, task } = kernel;
  emit.hypercall(Hypercall.flushAsync);
  emit.store(task.stack + ThreadInfo.esp, kernel.registers[Register.esp]!);
  emit.load(kernel.taskOf(locals[0]!).stack + ThreadInfo.esp);
  return loadStackPointer;
}

function loadStackPointer(kernel: Kernel): Step {
  kernel.emit.setRegister(Register.esp, kernel.results.words[0]!);
  return switched;
}

function switched(kernel: Kernel, { locals }: Frame): Step {
  kernel.switchTo(kernel.taskOf(locals[0]!));
  return done;
}

function done(): undefined {
  return undefined;
}

/** SET_STACK for a task: where the CPU and the host push when a trap comes from ring 3. */
export function stackCall(kernel: Kernel, task: Task): Call {
  const esp = kernel.emit.address(stackPointer(task.stack)) | 0;
  return [Hypercall.setStack, Selector.kernelData, esp, STACK_BYTES / PAGE_SIZE, 0];
}

/** The ready process that comes next after the current one, in turn; the idle task if there is none. */
function nextTask(kernel: Kernel): number {
  const { processes, task } = kernel;
  for (let step = 1; step <= processes.length; step++) {
    const id = (task.id + step) % processes.length;
    if (processes[id]!.isReady) return id;
  }
  return IDLE_TASK;
}
