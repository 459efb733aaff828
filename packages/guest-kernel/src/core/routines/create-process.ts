// SPDX-License-Identifier: GPL-2.0-or-later
import { INTERRUPT_FLAG, Selector } from '@lguest-sim/abi';
import { PAGE_SIZE, type GuestPhysical } from '@lguest-sim/x86';
import { Context, type Frame } from '../context.js';
import { ExitCode } from '../exit-code.js';
import { NO_MEMORY, type Kernel } from '../kernel.js';
import { stackPointer } from '../layout.js';
import type { Process } from '../process.js';
import { Routine, type Step } from '../routine.js';
import { linkTable } from '../tables.js';
import { ThreadInfo, TRAP_FRAME_BYTES, TrapFrame } from '../trap-frame.js';
import { trapReturn } from './trap-return.js';

/** Where a program starts: i386's usual load address. Nothing is ever fetched from there for it. */
const USER_ENTRY = 0x08048000;

/** EFLAGS bit 1 is always set. */
const EFLAGS_FIXED = 0x2;

/**
 * Makes a process that is ready to run: tables, kernel stack, and on it the frame with which it
 * "returns" to user mode. Local: its index. If memory does not suffice, the process ends at once.
 */
export const createProcess = new Routine('create process', { begin, tables, stack });

function begin(kernel: Kernel, { locals }: Frame): Step | undefined {
  const process = kernel.processes[locals[0]!]!;
  process.directory = kernel.allocate();
  process.stack = kernel.allocatePair();
  const middles = allocateMiddles(kernel);
  locals.push(...middles);
  if (![process.directory, process.stack, ...middles].includes(NO_MEMORY)) return tables;
  abandon(kernel, process, middles);
  return undefined;
}

/**
 * PAE: a middle table for each of the process's top-level entries, from the start as in Linux, since
 * the CPU reads the top-level entries only when CR3 is loaded.
 */
function allocateMiddles(kernel: Kernel): GuestPhysical[] {
  const { format, kernelTopIndex } = kernel.layout;
  if (format.middle === undefined) return [];
  return Array.from({ length: kernelTopIndex }, () => kernel.allocate());
}

function abandon(kernel: Kernel, process: Process, middles: readonly GuestPhysical[]): void {
  for (const page of [process.directory, ...middles]) if (page !== NO_MEMORY) kernel.free(page);
  if (process.stack !== NO_MEMORY) kernel.freePair(process.stack);
  process.directory = NO_MEMORY;
  process.stack = NO_MEMORY;
  kernel.end(process, ExitCode.outOfMemory);
}

/** The kernel's part of the boot table, which has nothing else, and PAE's middle tables. */
function tables(kernel: Kernel, { locals }: Frame): Step {
  const { directory } = kernel.processes[locals[0]!]!;
  kernel.emit.copyPage(kernel.layout.swapperTop, directory);
  locals.slice(1).forEach((middle, index) => {
    kernel.emit.clearPage(middle);
    linkTable(kernel, kernel.layout.format.top, directory, index, middle);
  });
  return stack;
}

function stack(kernel: Kernel, { locals }: Frame): undefined {
  const process = kernel.processes[locals[0]!]!;
  const base = stackPointer(process.stack) - TRAP_FRAME_BYTES;
  kernel.emit.fill(process.stack, 0, 0, ThreadInfo.bytes / 4);
  kernel.emit.store(process.stack + ThreadInfo.esp, kernel.emit.address(base));
  storeUserFrame(kernel, base);
  const context = new Context();
  context.push(trapReturn, [base]);
  process.contexts.push(context);
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
