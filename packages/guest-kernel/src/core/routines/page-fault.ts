// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall, privilegeOf, USER_PRIVILEGE } from '@lguest-sim/abi';
import { Flag, hex, indexAt, PAGE_SIZE, PageFaultError, type GuestPhysical } from '@lguest-sim/x86';
import type { Frame } from '../context.js';
import { ExitCode } from '../exit-code.js';
import { NO_MEMORY, type Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';
import { entryFor, isPresent, linkTable, pageOf, storeEntry } from '../tables.js';
import { exit } from './exit.js';
import { panicWith } from './panic.js';
import { trapReturn } from './trap-return.js';

/**
 * A page fault that the host reflected: the guest's own tables do not allow the access.
 *
 * Walks the tables with loads. A missing table is made, a missing page gets a zero-filled frame of
 * its own. Locals: trap frame, cs, error code, address, level, gpa of that level's table.
 */
export const pageFault = new Routine('page fault', { begin, look, map });

const BASE = 0;
const CS = 1;
const ERROR = 2;
const ADDRESS = 3;
const LEVEL = 4;
const TABLE = 5;

/**
 * Flags of a new page. Linux marks the page of a writable private mapping dirty when it maps a frame
 * of its own, whatever the access was; the host then needs no second fault to make it writable.
 */
const PAGE_FLAGS = Flag.present | Flag.writable | Flag.user | Flag.accessed | Flag.dirty;

function begin(kernel: Kernel, frame: Frame): Step {
  const { locals } = frame;
  const address = locals[ADDRESS]!;
  if (privilegeOf(locals[CS]!) !== USER_PRIVILEGE) {
    return panicWith(kernel, frame, `page fault in the kernel at ${hex(address)}`);
  }
  if (address >= kernel.layout.pageOffset) return kernel.become(frame, exit, [ExitCode.badAccess]);
  return loadEntry(kernel, frame, 0, kernel.task.directory);
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
  const entry = kernel.results[0]!;
  const isLeaf = level === kernel.layout.format.levels.length - 1;
  if (isLeaf) return isPresent(entry) ? retry(kernel, frame, entry) : map;
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

/** The page is there: whatever the shadow missed, the access may go again; else it is not allowed. */
function retry(kernel: Kernel, frame: Frame, entry: number): Step {
  const write = (frame.locals[ERROR]! & PageFaultError.write) !== 0;
  const needed = Flag.user | (write ? Flag.writable : 0);
  if ((entry & needed) !== needed) return kernel.become(frame, exit, [ExitCode.badAccess]);
  return kernel.become(frame, trapReturn, [frame.locals[BASE]!]);
}

function map(kernel: Kernel, frame: Frame): Step {
  const page = kernel.allocate();
  if (page === NO_MEMORY) return kernel.become(frame, exit, [ExitCode.outOfMemory]);
  const { format } = kernel.layout;
  const address = frame.locals[ADDRESS]!;
  const virtual = address - (address % PAGE_SIZE);
  kernel.process!.demandZeroFaults++;
  kernel.emit.clearPage(page);
  storeEntry(
    kernel,
    entryFor(format, format.leaf, frame.locals[TABLE]!, address),
    page + PAGE_FLAGS,
  );
  kernel.emit.hypercall(Hypercall.setPte, kernel.task.directory, virtual, page + PAGE_FLAGS, 0);
  return kernel.become(frame, trapReturn, [frame.locals[BASE]!]);
}
