// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, PAGE_SHIFT, indexAt } from '@lguest-sim/x86';
import type { HostMemory, PagingFormat, PagingLevel } from '@lguest-sim/x86';

/** One entry that a walk meets. All numbers are unsigned. */
export interface WalkStep {
  /** Which level of the tables. */
  readonly level: PagingLevel['name'];
  /** Index of the entry in its table. */
  readonly index: number;
  /** Host-physical address of the entry in bytes. */
  readonly entryAddress: number;
  /** The entry's low word, and under PAE its high word (otherwise 0). */
  readonly low: number;
  /** Bits 32 to 63 of the entry; 0 on two-level paging. */
  readonly high: number;
  /** Page number of the table or page that it points to; beyond 2^20 under PAE if it is wrong. */
  readonly pfn: number;
  /** P. */
  readonly present: boolean;
  /** The following two are true where the level carries no rights (PAE's top level). */
  readonly writable: boolean;
  /** USER: ring 3 may use what is below. */
  readonly user: boolean;
  /** A. */
  readonly accessed: boolean;
  /** D. */
  readonly dirty: boolean;
  /** G. */
  readonly global: boolean;
  /** NX (PAE). */
  readonly noExecute: boolean;
}

/** What a walk would find. */
export interface WalkInspection {
  /** Entries from the top level down, up to and including the first that is not present. */
  readonly steps: readonly WalkStep[];
  /** Page number of the page, or undefined if it is not mapped. */
  readonly pfn: number | undefined;
  /** Rights over all levels; meaningful if the page is mapped. */
  readonly writable: boolean;
  /** Whether ring 3 may access it: USER in all entries. */
  readonly user: boolean;
  /** Whether instructions may be fetched from it: NX in no entry. */
  readonly executable: boolean;
}

/**
 * Looks at what a page walk would meet, and changes nothing: no accessed bit, no TLB entry, no
 * count. An entry that points outside host memory ends it as one that is not present does.
 *
 * @param cr3 host-physical address of the top table
 * @param vaddr guest-virtual address
 * @param latch PAE: the top-level entries that a CPU latched, instead of those in memory
 */
export function inspectWalk(
  host: HostMemory,
  format: PagingFormat,
  cr3: number,
  vaddr: number,
  latch?: Int32Array,
): WalkInspection {
  const steps: WalkStep[] = [];
  let table = (cr3 & -(format.top.entries * format.entryBytes)) >>> 0;
  let pfn: number | undefined;
  for (const level of format.levels) {
    const latched = level === format.top ? latch : undefined;
    const step = readStep(host, format, level, table, vaddr, latched);
    steps.push(step);
    const mapped = step.present && step.pfn < host.frameCount;
    pfn = mapped && level === format.leaf ? step.pfn : undefined;
    if (!mapped) break;
    table = step.pfn * 2 ** PAGE_SHIFT;
  }
  return {
    steps,
    pfn,
    writable: steps.every((step) => step.writable),
    user: steps.every((step) => step.user),
    executable: !steps.some((step) => step.noExecute),
  };
}

function readStep(
  host: HostMemory,
  format: PagingFormat,
  level: PagingLevel,
  table: number,
  vaddr: number,
  latch: Int32Array | undefined,
): WalkStep {
  const index = indexAt(level, vaddr);
  const entryAddress = table + index * format.entryBytes;
  const source = latch ?? host.words;
  const at = latch === undefined ? entryAddress / 4 : index * 2;
  const low = (source[at] ?? 0) >>> 0;
  const high = format.entryBytes === 8 ? (source[at + 1] ?? 0) >>> 0 : 0;
  const has = (flag: number): boolean => (low & flag) !== 0;
  return {
    level: level.name,
    index,
    entryAddress,
    low,
    high,
    pfn: (high & 0x7fffffff) * 2 ** 20 + (low >>> PAGE_SHIFT),
    present: has(Flag.present),
    writable: has(Flag.writable) || !level.hasRights,
    user: has(Flag.user) || !level.hasRights,
    accessed: has(Flag.accessed),
    dirty: has(Flag.dirty),
    global: has(Flag.global),
    noExecute: level.hasRights && high >>> 31 === 1,
  };
}
