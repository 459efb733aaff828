// SPDX-License-Identifier: GPL-2.0-or-later
import { INTERRUPT_FLAG, Selector } from '@lguest-sim/abi';
import { PAGE_SIZE, type GuestPhysical } from '@lguest-sim/x86';
import { Context, type Frame } from '../context.js';
import { ExitCode } from '../exit-code.js';
import { NO_MEMORY, type Kernel } from '../kernel.js';
import { stackPointer } from '../layout.js';
import type { Process } from '../process.js';
import { Routine, type Step } from '../routine.js';
import { ThreadInfo, TRAP_FRAME_BYTES, TrapFrame } from '../trap-frame.js';
import { newTables } from './new-tables.js';
import { trapReturn } from './trap-return.js';

/** Where a program starts: i386's usual load address. Nothing is ever fetched from there for it. */
const USER_ENTRY = 0x08048000;

/** EFLAGS bit 1 is always set. */
const EFLAGS_FIXED = 0x2;

/** In place of a trap frame to copy. */
export const NEW_FRAME = 0;

/**
 * Makes a process that is ready to run: tables, kernel stack, and on it the frame with which it
 * "returns" to user mode. Locals: its index, gpa of the trap frame of which its own is a copy, or
 * NEW_FRAME. If memory does not suffice, the process ends at once.
 */
export const createProcess = new Routine('create process', { begin, stack, readFrame, copyFrame });

function begin(kernel: Kernel, { locals }: Frame): Step | undefined {
  const process = kernel.processes[locals[0]!]!;
  process.stack = kernel.allocatePair();
  if (process.stack !== NO_MEMORY) return kernel.call(newTables, [], stack);
  kernel.end(process, ExitCode.outOfMemory);
  return undefined;
}

function stack(kernel: Kernel, { locals }: Frame): Step | undefined {
  const process = kernel.processes[locals[0]!]!;
  process.directory = kernel.context!.value;
  if (process.directory === NO_MEMORY) {
    kernel.freePair(process.stack);
    process.stack = NO_MEMORY;
    kernel.end(process, ExitCode.outOfMemory);
    return undefined;
  }
  const base = frameOf(process);
  kernel.emit.fill(process.stack, 0, 0, ThreadInfo.bytes / 4);
  kernel.emit.store(process.stack + ThreadInfo.esp, kernel.emit.address(base));
  const context = new Context();
  context.push(trapReturn, [base]);
  process.contexts.push(context);
  if (locals[1] !== NEW_FRAME) return readFrame;
  storeUserFrame(kernel, base);
  return undefined;
}

/** Gpa of the trap frame of a process that has not run yet. */
function frameOf(process: Process): GuestPhysical {
  return stackPointer(process.stack) - TRAP_FRAME_BYTES;
}

function storeUserFrame(kernel: Kernel, base: GuestPhysical): void {
  const { emit, layout } = kernel;
  emit.fill(base, 0, 0, TRAP_FRAME_BYTES / 4);
  emit.store(base + TrapFrame.ds, Selector.userData);
  emit.store(base + TrapFrame.es, Selector.userData);
  emit.store(base + TrapFrame.originalEax, -1);
  emit.store(base + TrapFrame.eip, USER_ENTRY);
  emit.store(base + TrapFrame.cs, Selector.userCode);
  emit.store(base + TrapFrame.eflags, INTERRUPT_FLAG | EFLAGS_FIXED);
  emit.store(base + TrapFrame.esp, layout.pageOffset - PAGE_SIZE);
  emit.store(base + TrapFrame.ss, Selector.userData);
}

function readFrame(kernel: Kernel, { locals }: Frame): Step {
  kernel.emit.loadWords(locals[1]!, TRAP_FRAME_BYTES / 4);
  return copyFrame;
}

/** A child differs from its parent in one thing: its fork returns 0. */
function copyFrame(kernel: Kernel, { locals }: Frame): undefined {
  const base = frameOf(kernel.processes[locals[0]!]!);
  kernel.results.values().forEach((word, index) => kernel.emit.store(base + 4 * index, word));
  kernel.emit.store(base + TrapFrame.eax, 0);
}
