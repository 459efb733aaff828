// SPDX-License-Identifier: GPL-2.0-or-later
import {
  hex,
  indexAt,
  PAGE_SIZE,
  type GuestPhysical,
  type GuestVirtual,
  type PagingFormat,
  type Pfn,
} from '@lguest-sim/x86';

/** Where the guest kernel begins unless told otherwise: Linux's PAGE_OFFSET on i386. */
export const DEFAULT_PAGE_OFFSET: GuestVirtual = 0xc0000000;

/**
 * Bytes at the top of the address space that the direct map leaves alone: Linux's vmalloc area,
 * the fixmap and, above those, the Switcher.
 */
const RESERVED_TOP = 256 * 2 ** 20;

/** Size of a kernel stack in bytes (order 1, facts sheet 5.5). */
export const STACK_BYTES = 2 * PAGE_SIZE;

/** The stack pointer for traps is this far below the stack's end, as in Linux (facts sheet 5.5). */
const STACK_TOP_GAP = 8;

/** The vmalloc area begins this far beyond the direct map, as in Linux (VMALLOC_OFFSET). */
const VMALLOC_GAP = 8 * 2 ** 20;

/** The vmalloc area ends this far below the end of the address space: fixmap and Switcher. */
const VMALLOC_TOP_GAP = 32 * 2 ** 20;

/** The kernel's slot for kmap_atomic among the pages of the fixmap's table. */
const KMAP_SLOT = 16;

const TEXT_START: GuestPhysical = 0x100000;
const TEXT_PAGES = 16;

/** Where everything of the kernel is in guest-physical memory, and how memory appears to it. */
export interface KernelLayout {
  /** Format of the page tables. */
  readonly format: PagingFormat;
  /** Guest memory in pages; the direct map shows all of it at `pageOffset` + gpa. */
  readonly memoryPages: number;
  /** The kernel's virtual base, `kernel_address` in lguest_data. */
  readonly pageOffset: GuestVirtual;
  /** First entry of a top-level table that belongs to the kernel. */
  readonly kernelTopIndex: number;
  /** Written by the Launcher: `struct boot_params`, and the command line in the page after it. */
  readonly bootPage: GuestPhysical;
  /** Start of the text, which is also the address where the Launcher starts the vCPU. */
  readonly text: GuestPhysical;
  /** The page with `struct lguest_data`. */
  readonly guestData: GuestPhysical;
  /** One page of kernel data: strings for SHUTDOWN. */
  readonly data: GuestPhysical;
  /** Two pages: what the kernel keeps of the boot page and of the command line. */
  readonly bootCopy: GuestPhysical;
  /** The stack of the boot (and later idle) task, two pages. */
  readonly stack: GuestPhysical;
  /** `initial_page_table`: one page. */
  readonly initialTop: GuestPhysical;
  /** `swapper_pg_dir`: one page. */
  readonly swapperTop: GuestPhysical;
  /** PAE: the kernel's middle tables, one page each, which all top-level tables share. */
  readonly middles: GuestPhysical;
  /** How many there are; 0 on two-level paging. */
  readonly middleCount: number;
  /** The leaf table of the last slot: the fixmap. Empty. */
  readonly fixmapTable: GuestPhysical;
  /** Leaf tables of the direct map, one page each, in order of address. */
  readonly directTables: GuestPhysical;
  /** How many there are. */
  readonly directTableCount: number;
  /** Start of the area in which the kernel maps pages one by one (vmalloc), above the direct map. */
  readonly vmallocStart: GuestVirtual;
  /** Pages that fit that area. */
  readonly vmallocPages: number;
  /** Address in the fixmap at which the kernel maps a single page for a moment (kmap_atomic). */
  readonly kmapAddress: GuestVirtual;
  /** First page that the frame allocator hands out. */
  readonly firstFree: Pfn;
}

/**
 * Lays a guest kernel out.
 *
 * @param memoryPages guest memory in pages
 * @param pageOffset virtual base of the kernel: a multiple of what a top-level entry maps
 * @throws RangeError if memory is too small for the kernel or too large for the direct map, or if
 *   `pageOffset` is not aligned
 */
export function kernelLayout(
  format: PagingFormat,
  memoryPages: number,
  pageOffset: GuestVirtual = DEFAULT_PAGE_OFFSET,
): KernelLayout {
  checkPageOffset(format, pageOffset);
  checkDirectMap(memoryPages, pageOffset);
  const kernelTopIndex = indexAt(format.top, pageOffset);
  const middleCount = format.middle === undefined ? 0 : format.top.entries - kernelTopIndex;
  const directTableCount = Math.ceil(memoryPages / format.leaf.entries);

  let next = TEXT_START + TEXT_PAGES * PAGE_SIZE;
  const take = (pages: number): GuestPhysical => {
    const start = next;
    next += pages * PAGE_SIZE;
    return start;
  };
  const leafBytes = format.leaf.entries * PAGE_SIZE;
  const vmallocOffset = memoryPages * PAGE_SIZE + VMALLOC_GAP;
  const vmallocStart = pageOffset + Math.ceil(vmallocOffset / leafBytes) * leafBytes;
  const layout: KernelLayout = {
    format,
    memoryPages,
    pageOffset,
    kernelTopIndex,
    bootPage: 0,
    text: TEXT_START,
    stack: take(STACK_BYTES / PAGE_SIZE),
    guestData: take(1),
    data: take(1),
    bootCopy: take(2),
    initialTop: take(1),
    swapperTop: take(1),
    middles: take(middleCount),
    middleCount,
    fixmapTable: take(1),
    directTables: take(directTableCount),
    directTableCount,
    vmallocStart,
    vmallocPages: (2 ** 32 - VMALLOC_TOP_GAP - vmallocStart) / PAGE_SIZE,
    kmapAddress: 2 ** 32 - leafBytes + KMAP_SLOT * PAGE_SIZE,
    firstFree: next / PAGE_SIZE,
  };
  if (layout.firstFree >= memoryPages) {
    throw new RangeError(
      `guest memory of ${memoryPages} pages: the kernel itself takes ${layout.firstFree} and needs more to run processes`,
    );
  }
  return layout;
}

/** Initial stack pointer of a kernel stack at `stack`: a gpa, to be seen through the direct map. */
export function stackPointer(stack: GuestPhysical): GuestPhysical {
  return stack + STACK_BYTES - STACK_TOP_GAP;
}

function checkPageOffset(format: PagingFormat, pageOffset: GuestVirtual): void {
  const step = 2 ** format.top.shift;
  const highest = (format.top.entries - 1) * step;
  if (!Number.isInteger(pageOffset / step) || pageOffset < step || pageOffset > highest) {
    throw new RangeError(
      `kernel address ${hex(pageOffset)}: expected a multiple of ${hex(step)} up to ${hex(highest)} (what a top-level entry maps, ${format.name})`,
    );
  }
}

function checkDirectMap(memoryPages: number, pageOffset: GuestVirtual): void {
  const limit = Math.min(2 ** 32 - pageOffset - RESERVED_TOP, pageOffset) / PAGE_SIZE;
  if (!Number.isInteger(memoryPages) || memoryPages < 1 || memoryPages > limit) {
    throw new RangeError(
      `guest memory of ${memoryPages} pages: expected a whole number up to ${Math.max(limit, 0)} (${Math.max(limit / 256, 0)} MiB), ` +
        `since the direct map begins at ${hex(pageOffset)} and highmem is not supported`,
    );
  }
}
