// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall } from '@lguest-sim/abi';
import {
  Flag,
  indexAt,
  PAGE_SIZE,
  type GuestPhysical,
  type GuestVirtual,
  type PagingFormat,
  type PagingLevel,
} from '@lguest-sim/x86';
import type { Kernel } from './kernel.js';

/** Gpa of the entry with this index in a table. */
export function entryAt(format: PagingFormat, table: GuestPhysical, index: number): GuestPhysical {
  return table + index * format.entryBytes;
}

/** Gpa of the entry that a table of `level` has for a virtual address. */
export function entryFor(
  format: PagingFormat,
  level: PagingLevel,
  table: GuestPhysical,
  address: GuestVirtual,
): GuestPhysical {
  return entryAt(format, table, indexAt(level, address));
}

/** Virtual address of the first byte that the entry with this index maps, in a table for `base`. */
export function addressAt(
  kernel: Kernel,
  level: number,
  base: GuestVirtual,
  index: number,
): GuestVirtual {
  return base + index * 2 ** kernel.layout.format.levels[level]!.shift;
}

/** Whether the entries of this level, counted from the top's 0, point to pages. */
export function isLeaf(kernel: Kernel, level: number): boolean {
  return level === kernel.layout.format.levels.length - 1;
}

/**
 * Marks an entry that is not present although it has a page, which nobody may touch for now (Linux's
 * `_PAGE_PROTNONE`).
 */
export const PROTECT_NONE = Flag.global;

/** Whether an entry, given by its low word, is present. */
export function isPresent(entry: number): boolean {
  return (entry & Flag.present) !== 0;
}

/** Gpa of the page that an entry, given by its low word, points to. */
export function pageOf(entry: number): GuestPhysical {
  return entry - (entry % PAGE_SIZE);
}

/**
 * Emits the stores for one entry; the kernel has no page above 4 GiB, so PAE's high word is 0. The
 * low word comes last, since it makes the entry present.
 */
export function storeEntry(kernel: Kernel, entry: GuestPhysical, low: number): void {
  if (kernel.layout.format.entryBytes === 8) kernel.emit.store(entry + 4, 0);
  kernel.emit.store(entry, low);
}

/**
 * Emits the hypercall that tells the host of a changed entry that points, or pointed, to a table:
 * SET_PGD for a top-level entry, SET_PMD for PAE's middle level (facts sheet 5.2).
 */
export function announceTable(
  kernel: Kernel,
  level: PagingLevel,
  table: GuestPhysical,
  index: number,
): void {
  const number = level.name === 'top' ? Hypercall.setPgd : Hypercall.setPmd;
  kernel.emit.hypercall(number, table, index);
}

/** Emits what puts a table into an entry and tells the host. */
export function linkTable(
  kernel: Kernel,
  level: PagingLevel,
  table: GuestPhysical,
  index: number,
  child: GuestPhysical,
): void {
  storeEntry(kernel, entryAt(kernel.layout.format, table, index), child + level.tableFlags);
  announceTable(kernel, level, table, index);
}

/** Emits what empties an entry that points to a table and tells the host. */
export function unlinkTable(
  kernel: Kernel,
  level: PagingLevel,
  table: GuestPhysical,
  index: number,
): void {
  storeEntry(kernel, entryAt(kernel.layout.format, table, index), 0);
  announceTable(kernel, level, table, index);
}
