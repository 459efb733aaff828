// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall } from '@lguest-sim/abi';
import { Flag, indexAt, PAGE_SIZE, type GuestPhysical } from '@lguest-sim/x86';
import type { Frame } from '../context.js';
import { ExitCode } from '../exit-code.js';
import { NO_MEMORY, type Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';
import { entryFor, isPresent, linkTable, pageOf, storeEntry } from '../tables.js';
import { exit } from './exit.js';

/**
 * The kernel maps pages in its vmalloc area, writes to them, and unmaps them again. Locals: how many;
 * level and gpa of the table that is looked at; then, of each page, its gpa and the gpa of its entry.
 *
 * Each SET_PTE is for an address above the kernel's, so the host changes it in all of its tables. A
 * table of the area is made once, and stays: SET_PGD for `swapper_pg_dir`, or PAE's SET_PMD, for
 * which the host clears everything. Without memory the process is killed.
 */
export const vmalloc = new Routine('vmalloc', { begin, look, map, touch, unmap, fail });

const COUNT = 0;
const LEVEL = 1;
const TABLE = 2;
const PAGES = 3;

/** As Linux's PAGE_KERNEL, but not global. */
const KERNEL_PAGE = Flag.present | Flag.writable | Flag.accessed | Flag.dirty;

/** Something to store. */
const TOUCH_VALUE = 0x766d6170;

function begin(kernel: Kernel, frame: Frame): Step {
  const { locals } = frame;
  const most = kernel.layout.vmallocPages;
  if (locals[COUNT]! > most) locals[COUNT] = most;
  return next(kernel, frame);
}

/** Number of pages mapped. */
function mapped({ locals }: Frame): number {
  return (locals.length - PAGES) / 2;
}

function addressOf({ layout }: Kernel, page: number): number {
  return layout.vmallocStart + page * PAGE_SIZE;
}

function next(kernel: Kernel, frame: Frame): Step {
  if (mapped(frame) === frame.locals[COUNT]) return touch;
  return loadEntry(kernel, frame, 0, kernel.layout.swapperTop);
}

function loadEntry(kernel: Kernel, frame: Frame, level: number, table: GuestPhysical): Step {
  const { format } = kernel.layout;
  frame.locals[LEVEL] = level;
  frame.locals[TABLE] = table;
  if (level === format.levels.length - 1) return map;
  kernel.emit.load(
    entryFor(format, format.levels[level]!, table, addressOf(kernel, mapped(frame))),
  );
  return look;
}

function look(kernel: Kernel, frame: Frame): Step {
  const { [LEVEL]: depth, [TABLE]: table } = frame.locals as [number, number, number];
  const entry = kernel.results.words[0]!;
  if (isPresent(entry)) return loadEntry(kernel, frame, depth + 1, pageOf(entry));
  const child = kernel.allocate();
  if (child === NO_MEMORY) return fail;
  const level = kernel.layout.format.levels[depth]!;
  kernel.emit.clearPage(child);
  linkTable(kernel, level, table, indexAt(level, addressOf(kernel, mapped(frame))), child);
  return loadEntry(kernel, frame, depth + 1, child);
}

function map(kernel: Kernel, frame: Frame): Step {
  const { format, swapperTop } = kernel.layout;
  const page = kernel.allocate();
  if (page === NO_MEMORY) return fail;
  const address = addressOf(kernel, mapped(frame));
  const entry = entryFor(format, format.leaf, frame.locals[TABLE]!, address);
  storeEntry(kernel, entry, page + KERNEL_PAGE);
  kernel.emit.hypercall(Hypercall.setPte, swapperTop, address, page + KERNEL_PAGE, 0);
  frame.locals.push(page, entry);
  return next(kernel, frame);
}

/** The process's own top level may lack the area's entry: then the first store here faults. */
function touch(kernel: Kernel, frame: Frame): Step {
  for (let page = 0; page < mapped(frame); page++) {
    kernel.emit.storeVirtual(addressOf(kernel, page), TOUCH_VALUE);
  }
  return unmap;
}

function unmap(kernel: Kernel, frame: Frame): undefined {
  unmapAll(kernel, frame);
}

function unmapAll(kernel: Kernel, frame: Frame): void {
  const { locals } = frame;
  for (let page = 0; page < mapped(frame); page++) {
    const at = PAGES + 2 * page;
    storeEntry(kernel, locals[at + 1]!, 0);
    const address = addressOf(kernel, page);
    kernel.emit.hypercall(Hypercall.setPte, kernel.layout.swapperTop, address, 0, 0);
    kernel.free(locals[at]!);
  }
}

function fail(kernel: Kernel, frame: Frame): Step {
  unmapAll(kernel, frame);
  return kernel.become(frame, exit, [ExitCode.outOfMemory]);
}

/**
 * The kernel maps one page after the other at one address of the fixmap, as kmap_atomic does, and
 * writes to it. Locals: how many are left, gpa of the page.
 *
 * `set_pte` knows neither table nor address, so it can but ask the host to clear everything
 * (FLUSH_TLB(1)), which is what makes guests with highmem slow (facts sheet 5.2).
 */
export const kmap = new Routine('kmap', { first, page, last });

function first(kernel: Kernel, frame: Frame): Step {
  const gpa = kernel.allocate();
  if (gpa === NO_MEMORY) return kernel.become(frame, exit, [ExitCode.outOfMemory]);
  frame.locals[1] = gpa;
  return page;
}

function page(kernel: Kernel, { locals }: Frame): Step {
  const { format, fixmapTable, kmapAddress } = kernel.layout;
  if (locals[0]! <= 0) return last;
  locals[0]!--;
  const entry = entryFor(format, format.leaf, fixmapTable, kmapAddress);
  storeEntry(kernel, entry, locals[1]! + KERNEL_PAGE);
  kernel.emit.hypercall(Hypercall.flushTlb, 1);
  kernel.emit.storeVirtual(kmapAddress, TOUCH_VALUE);
  storeEntry(kernel, entry, 0);
  kernel.emit.hypercall(Hypercall.setPte, kernel.task.directory, kmapAddress, 0, 0);
  return page;
}

function last(kernel: Kernel, { locals }: Frame): undefined {
  kernel.free(locals[1]!);
}
