// SPDX-License-Identifier: GPL-2.0-or-later
import {
  GuestData,
  HYPERCALL_RING_SIZE,
  Hypercall,
  Register,
  RING_ENTRY_FREE,
} from '@lguest-sim/abi';
import { Flag, PAGE_SIZE, type GuestPhysical } from '@lguest-sim/x86';
import type { Frame } from '../context.js';
import type { Kernel } from '../kernel.js';
import { STACK_BYTES } from '../layout.js';
import { Routine, STEP_BYTES, type Step } from '../routine.js';
import { entryAt, storeEntry } from '../tables.js';
import { bootVirtual } from './boot-virtual.js';
import { NO_INTERRUPT_STEP, trapReturn } from './trap-return.js';
import { SYSTEM_CALL_VECTOR } from './vectors.js';

/**
 * The start of the machine: virtual addresses are guest-physical ones, and there is no stack (facts
 * sheet 1.4 and 5.1). Builds `initial_page_table`, makes itself known to the host, and jumps to
 * where the kernel is at home. Local: number of the direct map's table that is built next.
 *
 *     initial_page_table   [0 ..]               ->  direct map tables  <-  [kernel ..]
 *                          [last]               ->  fixmap table
 *     (PAE: both through the kernel's middle tables, which all processes share later)
 */
export const bootLinear = new Routine('boot, linear', {
  clear,
  map,
  link,
  describe,
  announce,
  jump,
});

/** Flags of a direct map entry: the host marks what is used. */
const DIRECT_FLAGS = Flag.present | Flag.writable;

/** Interrupt 0, the timer, is held back until the kernel can handle it. */
const TIMER_BLOCKED = 1;

/** Clears the BSS, and takes the boot page and the command line over before they can be lost. */
function clear(kernel: Kernel, { locals }: Frame): Step {
  const { emit, layout } = kernel;
  const { stack, guestData, data, initialTop, swapperTop, fixmapTable } = layout;
  for (const page of [stack, guestData, data, initialTop, swapperTop, fixmapTable]) {
    emit.clearPage(page);
  }
  for (let index = 0; index < layout.middleCount; index++) {
    emit.clearPage(layout.middles + index * PAGE_SIZE);
  }
  emit.copyPage(layout.bootPage, layout.bootCopy);
  emit.copyPage(layout.bootPage + PAGE_SIZE, layout.bootCopy + PAGE_SIZE);
  locals[0] = 0;
  return map;
}

/** One table of the direct map a step. */
function map(kernel: Kernel, { locals }: Frame): Step {
  const { format, directTables, directTableCount, memoryPages } = kernel.layout;
  const number = locals[0]!++;
  const first = number * format.leaf.entries;
  const used = Math.min(format.leaf.entries, memoryPages - first);
  fillTable(kernel, directTables + number * PAGE_SIZE, first, used);
  return number + 1 < directTableCount ? map : link;
}

function fillTable(kernel: Kernel, table: GuestPhysical, first: number, used: number): void {
  const { emit, layout } = kernel;
  const { entries } = layout.format.leaf;
  const start = first * PAGE_SIZE + DIRECT_FLAGS;
  if (layout.format.entryBytes === 4) {
    emit.fill(table, start, PAGE_SIZE, used);
    emit.fill(table + used * 4, 0, 0, entries - used);
    return;
  }
  emit.clearPage(table);
  for (let index = 0; index < used; index++)
    emit.store(table + index * 8, start + index * PAGE_SIZE);
}

function link(kernel: Kernel): Step {
  const { format, directTableCount } = kernel.layout;
  if (format.middle === undefined) {
    linkRow(kernel, kernel.layout.kernelTopIndex, kernel.layout.directTables, directTableCount);
    linkRow(kernel, 0, kernel.layout.directTables, directTableCount);
    linkFixmap(kernel, kernel.layout.initialTop, format.top.entries - 1);
  } else {
    linkMiddles(kernel, Math.ceil(directTableCount / format.middle.entries));
    linkFixmap(
      kernel,
      kernel.layout.middles,
      kernel.layout.middleCount * format.middle.entries - 1,
    );
  }
  return describe;
}

/** Points entries of the top level at pages that follow each other. */
function linkRow(kernel: Kernel, from: number, firstPage: GuestPhysical, count: number): void {
  const { format, initialTop } = kernel.layout;
  for (let index = 0; index < count; index++) {
    const entry = entryAt(format, initialTop, from + index);
    storeEntry(kernel, entry, firstPage + index * PAGE_SIZE + format.top.tableFlags);
  }
}

function linkMiddles(kernel: Kernel, identityCount: number): void {
  const { emit, layout } = kernel;
  const { format, middles, middleCount, directTables, directTableCount } = layout;
  // The kernel's middle tables follow each other, so their entries form one row.
  for (let index = 0; index < directTableCount; index++) {
    const flags = format.middle!.tableFlags;
    emit.store(entryAt(format, middles, index), directTables + index * PAGE_SIZE + flags);
  }
  linkRow(kernel, layout.kernelTopIndex, middles, middleCount);
  linkRow(kernel, 0, middles, identityCount);
}

function linkFixmap(kernel: Kernel, table: GuestPhysical, index: number): void {
  const { format, fixmapTable } = kernel.layout;
  const level = format.middle ?? format.top;
  storeEntry(kernel, entryAt(format, table, index), fixmapTable + level.tableFlags);
}

/** Fills in `struct lguest_data`, which the host reads at LGUEST_INIT. */
function describe(kernel: Kernel): Step {
  const { emit, layout, text } = kernel;
  const { guestData, pageOffset } = layout;
  const noInterrupts = text.addressOf(trapReturn, NO_INTERRUPT_STEP) + pageOffset;
  emit.store(guestData + GuestData.blockedInterrupts, TIMER_BLOCKED);
  const free = RING_ENTRY_FREE * 0x01010101;
  emit.fill(guestData + GuestData.hcallStatus, free, 0, HYPERCALL_RING_SIZE / 4);
  emit.store(guestData + GuestData.noirqStart, noInterrupts);
  emit.store(guestData + GuestData.noirqEnd, noInterrupts + STEP_BYTES);
  emit.store(guestData + GuestData.kernelAddress, pageOffset);
  emit.store(guestData + GuestData.syscallVector, SYSTEM_CALL_VECTOR);
  return announce;
}

function announce(kernel: Kernel): Step {
  kernel.emit.hypercall(Hypercall.lguestInit, kernel.layout.guestData);
  kernel.emit.hypercall(Hypercall.newPgtable, kernel.layout.initialTop);
  return jump;
}

/** Still at the low address, where the initial table shows the kernel too. */
function jump(kernel: Kernel, frame: Frame): Step {
  const { layout } = kernel;
  kernel.emit.setRegister(Register.esp, layout.pageOffset + layout.stack + STACK_BYTES);
  kernel.emit.linear = false;
  return kernel.become(frame, bootVirtual, [0]);
}
