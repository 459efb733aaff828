// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall, privilegeOf, USER_PRIVILEGE } from '@lguest-sim/abi';
import { Flag, hex, indexAt, PAGE_SIZE, PageFaultError, type GuestPhysical } from '@lguest-sim/x86';
import type { Frame } from '../context.js';
import { ExitCode } from '../exit-code.js';
import { NO_MEMORY, type Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';
import { entryFor, isLeaf, isPresent, linkTable, pageOf, storeEntry } from '../tables.js';
import { exit } from './exit.js';
import { panicWith } from './panic.js';
import { trapReturn } from './trap-return.js';

/**
 * A page fault that the host reflected: the guest's own tables do not allow the access.
 *
 * Walks the tables with loads. A missing table is made, a missing page gets a zero-filled frame of
 * its own, a store to a page that is read-only only because it is (or was) shared gets a frame that
 * is not. Locals: trap frame, cs, error code, address, level, gpa of that level's table.
 */
export const pageFault = new Routine('page fault', { begin, look, map, addKernelTable });

const BASE = 0;
const CS = 1;
const ERROR = 2;
const ADDRESS = 3;
const LEVEL = 4;
const TABLE = 5;

/**
 * Flags of a page that may be written to. Linux marks the page of a writable private mapping dirty when it maps a frame
 * of its own, whatever the access was; the host then needs no second fault to make it writable.
 */
const PAGE_FLAGS = Flag.present | Flag.writable | Flag.user | Flag.accessed | Flag.dirty;
const READ_ONLY_FLAGS = Flag.present | Flag.user | Flag.accessed;

function begin(kernel: Kernel, frame: Frame): Step {
  const { locals } = frame;
  const address = locals[ADDRESS]!;
  if (privilegeOf(locals[CS]!) !== USER_PRIVILEGE) return kernelFault(kernel, frame, address);
  const refusal = refusalOf(kernel, frame);
  if (refusal !== undefined) return kernel.become(frame, exit, [refusal]);
  return loadEntry(kernel, frame, 0, kernel.task.directory);
}

/** Why the process may not do this, or undefined if it may. */
function refusalOf(kernel: Kernel, { locals }: Frame): ExitCode | undefined {
  const address = locals[ADDRESS]!;
  if (address >= kernel.layout.pageOffset) return ExitCode.badAccess;
  const area = kernel.process!.areas.find(address);
  if (area === undefined) return undefined;
  if (!area.accessible) return ExitCode.notAccessible;
  return isWrite(locals) && !area.writable ? ExitCode.notWritable : undefined;
}

function isWrite(locals: readonly number[]): boolean {
  return (locals[ERROR]! & PageFaultError.write) !== 0;
}

/**
 * The kernel's own tables change after a process's top level was copied from them, but under PAE all
 * share what lies below it. What is missing, the process's gets now (facts sheet 5.2, vmalloc fault).
 */
function kernelFault(kernel: Kernel, frame: Frame, address: number): Step {
  const { format, vmallocStart, vmallocPages, swapperTop } = kernel.layout;
  const page = Math.floor((address - vmallocStart) / PAGE_SIZE);
  if (format.middle === undefined && page >= 0 && page < vmallocPages) {
    kernel.emit.load(entryFor(format, format.top, swapperTop, address));
    return addKernelTable;
  }
  return panicWith(kernel, frame, `page fault in the kernel at ${hex(address)}`);
}

function addKernelTable(kernel: Kernel, frame: Frame): Step {
  const { top } = kernel.layout.format;
  const address = frame.locals[ADDRESS]!;
  const entry = kernel.results.words[0]!;
  if (!isPresent(entry)) {
    return panicWith(kernel, frame, `page fault in the kernel at ${hex(address)}`);
  }
  linkTable(kernel, top, kernel.task.directory, indexAt(top, address), pageOf(entry));
  return kernel.become(frame, trapReturn, [frame.locals[BASE]!]);
}

/** Emits the load of the entry for the address in this table; `look` judges it. */
function loadEntry(kernel: Kernel, frame: Frame, level: number, table: GuestPhysical): Step {
  const { format } = kernel.layout;
  frame.locals[LEVEL] = level;
  frame.locals[TABLE] = table;
  kernel.emit.load(entryFor(format, format.levels[level]!, table, frame.locals[ADDRESS]!));
  return look;
}

function look(kernel: Kernel, frame: Frame): Step {
  const level = frame.locals[LEVEL]!;
  const entry = kernel.results.words[0]!;
  if (isLeaf(kernel, level)) return isPresent(entry) ? judge(kernel, frame, entry) : map;
  if (isPresent(entry)) return loadEntry(kernel, frame, level + 1, pageOf(entry));
  return addTable(kernel, frame, level);
}

function addTable(kernel: Kernel, frame: Frame, level: number): Step {
  const child = kernel.allocate();
  if (child === NO_MEMORY) return kernel.become(frame, exit, [ExitCode.outOfMemory]);
  const paging = kernel.layout.format.levels[level]!;
  kernel.emit.clearPage(child);
  linkTable(kernel, paging, frame.locals[TABLE]!, indexAt(paging, frame.locals[ADDRESS]!), child);
  return loadEntry(kernel, frame, level + 1, child);
}

/** The page is there: only the right to write can be missing, or the shadow missed something. */
function judge(kernel: Kernel, frame: Frame, entry: number): Step {
  if (isWrite(frame.locals) && (entry & Flag.writable) === 0) {
    return allowWrite(kernel, frame, entry);
  }
  return kernel.become(frame, trapReturn, [frame.locals[BASE]!]);
}

/** Copy-on-write. The last owner of a page keeps it. */
function allowWrite(kernel: Kernel, frame: Frame, entry: number): Step {
  const { counts } = kernel.process!;
  const old = pageOf(entry);
  if (!kernel.shares.isShared(old / PAGE_SIZE)) {
    counts.copyOnWriteReuses++;
    return setEntry(kernel, frame, old + PAGE_FLAGS);
  }
  const page = kernel.allocate();
  if (page === NO_MEMORY) return kernel.become(frame, exit, [ExitCode.outOfMemory]);
  counts.copyOnWriteBreaks++;
  kernel.dropPage(old);
  if (isZeros(kernel, entry)) kernel.clearFrame(page);
  else kernel.emit.copyPage(old, page);
  return setEntry(kernel, frame, page + PAGE_FLAGS);
}

/** Whether nobody ever stored to the page of an entry, so that there is nothing to copy. */
function isZeros({ zeroing }: Kernel, entry: number): boolean {
  return zeroing === 'lazy' && (entry & Flag.dirty) === 0;
}

function map(kernel: Kernel, frame: Frame): Step {
  const page = kernel.allocate();
  if (page === NO_MEMORY) return kernel.become(frame, exit, [ExitCode.outOfMemory]);
  const process = kernel.process!;
  const writable = process.areas.find(frame.locals[ADDRESS]!)?.writable !== false;
  process.counts.demandZeroFaults++;
  kernel.clearFrame(page);
  return setEntry(kernel, frame, page + (writable ? newPageFlags(kernel, frame) : READ_ONLY_FLAGS));
}

/** A lazy kernel wants to know whether the page is stored to, which a load does not tell. */
function newPageFlags({ zeroing }: Kernel, { locals }: Frame): number {
  return zeroing === 'lazy' && !isWrite(locals) ? PAGE_FLAGS - Flag.dirty : PAGE_FLAGS;
}

/** Emits the entry for the faulting address, and tells the host. The access goes again. */
function setEntry(kernel: Kernel, frame: Frame, entry: number): Step {
  const { format } = kernel.layout;
  const address = frame.locals[ADDRESS]!;
  const virtual = address - (address % PAGE_SIZE);
  storeEntry(kernel, entryFor(format, format.leaf, frame.locals[TABLE]!, address), entry);
  kernel.emit.hypercall(Hypercall.setPte, kernel.task.directory, virtual, entry, 0);
  return kernel.become(frame, trapReturn, [frame.locals[BASE]!]);
}
