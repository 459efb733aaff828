// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall } from '@lguest-sim/abi';
import { Flag, PAGE_SIZE } from '@lguest-sim/x86';
import type { Frame } from '../context.js';
import type { Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';
import {
  addressAt,
  entryAt,
  isLeaf,
  isPresent,
  pageOf,
  PROTECT_NONE,
  storeEntry,
  unlinkTable,
} from '../tables.js';
import { queue, type Call } from './queue-calls.js';

/**
 * Takes the pages of a range from the current process, or changes what it may do with them. Locals:
 * level, gpa of its table, virtual address of the first byte that it maps, the range (first byte, and
 * first beyond it; whole pages), a RangeChange, what was done so far; then, of each table below, index
 * and gpa. Returns the sum of RANGE_CHANGED and TABLE_EMPTY, as they apply.
 *
 * As in Linux (facts sheet 5.2): per present entry, taking queues SET_PTE(…, 0), changing queues
 * SET_PTE(…, 0) and SET_PTE(…, new); FLUSH_ASYNC comes after every leaf table; a leaf table that is
 * empty and in no area goes with SET_PGD or SET_PMD.
 */
export const changeRange: Routine = new Routine('change range', {
  scan,
  visit,
  flush,
  judge,
  descend,
  ascend,
});

/** What to do with a range. */
export const RangeChange = {
  take: 0,
  makeInaccessible: 1,
  makeAccessible: 2,
} as const;

/** An entry was changed, so a flush is due. */
export const RANGE_CHANGED = 1;
/** The leaf table can be freed. */
const TABLE_EMPTY = 2;

const LEVEL = 0;
const TABLE = 1;
const BASE = 2;
const START = 3;
const END = 4;
const CHANGE = 5;
const DONE = 6;
const PAIRS = 7;

/** Indexes of the entries for the range: the first, and the first beyond. */
function windowOf(kernel: Kernel, { locals }: Frame): [first: number, end: number] {
  const level = kernel.layout.format.levels[locals[LEVEL]!]!;
  const bytes = 2 ** level.shift;
  const first = Math.floor((locals[START]! - locals[BASE]!) / bytes);
  const end = Math.ceil((locals[END]! - locals[BASE]!) / bytes);
  return [Math.max(first, 0), Math.min(end, level.entries)];
}

function scan(kernel: Kernel, frame: Frame): Step {
  const [first, end] = windowOf(kernel, frame);
  loadEntries(kernel, frame, first, end);
  return visit;
}

function loadEntries(kernel: Kernel, { locals }: Frame, first: number, end: number): void {
  for (let index = first; index < end; index++) {
    kernel.emit.load(entryAt(kernel.layout.format, locals[TABLE]!, index));
  }
}

function visit(kernel: Kernel, frame: Frame): Step | undefined {
  const { locals } = frame;
  const [first] = windowOf(kernel, frame);
  if (isLeaf(kernel, locals[LEVEL]!)) return visitLeaf(kernel, frame, first);
  // The last pair is taken first.
  for (let at = kernel.results.length - 1; at >= 0; at--) {
    const entry = kernel.results.words[at]!;
    if (isPresent(entry)) locals.push(first + at, pageOf(entry));
  }
  return descend;
}

function visitLeaf(kernel: Kernel, frame: Frame, first: number): Step | undefined {
  const calls: Call[] = [];
  kernel.results.values().forEach((entry, at) => {
    if (entry !== 0) calls.push(...changeEntry(kernel, frame, first + at, entry));
  });
  kernel.context!.value = 0;
  return calls.length === 0 ? undefined : queue(kernel, calls, flush);
}

/** Emits the stores for one entry. Returns the hypercalls that go with them. */
function changeEntry(kernel: Kernel, { locals }: Frame, index: number, entry: number): Call[] {
  const at = entryAt(kernel.layout.format, locals[TABLE]!, index);
  const address = locals[BASE]! + index * PAGE_SIZE;
  const { directory } = kernel.task;
  const cleared: Call = [Hypercall.setPte, directory, address, 0, 0];
  storeEntry(kernel, at, 0);
  if (locals[CHANGE] === RangeChange.take) {
    kernel.takePage(kernel.process!, entry);
    return [cleared];
  }
  const changed = protectedEntry(entry, locals[CHANGE] === RangeChange.makeAccessible);
  storeEntry(kernel, at, changed);
  return [cleared, [Hypercall.setPte, directory, address, changed, 0]];
}

/**
 * The right to write goes in any case, as Linux's for private mappings: if the area allows it, the
 * next store's fault finds out whether the page is shared.
 */
function protectedEntry(entry: number, accessible: boolean): number {
  const kept = pageOf(entry) + (entry & (Flag.accessed | Flag.dirty));
  if (accessible) return kept + Flag.present + Flag.user;
  return kept - (kept & Flag.accessed) + Flag.accessed + PROTECT_NONE;
}

function flush(kernel: Kernel, frame: Frame): Step | undefined {
  const { locals } = frame;
  kernel.emit.hypercall(Hypercall.flushAsync);
  kernel.context!.value = RANGE_CHANGED;
  const base = locals[BASE]!;
  const { entries } = kernel.layout.format.leaf;
  const inUse = kernel.process!.areas.overlaps(base, base + entries * PAGE_SIZE);
  if (locals[CHANGE] !== RangeChange.take || inUse) return undefined;
  const [first, end] = windowOf(kernel, frame);
  loadEntries(kernel, frame, 0, first);
  loadEntries(kernel, frame, end, entries);
  return judge;
}

/** Pages may be there that no area tells of. */
function judge(kernel: Kernel): undefined {
  const isEmpty = kernel.results.values().every((entry) => entry === 0);
  kernel.context!.value = RANGE_CHANGED + (isEmpty ? TABLE_EMPTY : 0);
}

/** The next table below, if any is left. */
function descend(kernel: Kernel, { locals }: Frame): Step | undefined {
  if (locals.length === PAIRS) {
    kernel.context!.value = locals[DONE]!;
    return undefined;
  }
  const table = locals.at(-1)!;
  const level = locals[LEVEL]!;
  const base = addressAt(kernel, level, locals[BASE]!, locals.at(-2)!);
  const { [START]: start, [END]: end, [CHANGE]: change } = locals;
  return kernel.call(changeRange, [level + 1, table, base, start!, end!, change!, 0], ascend);
}

function ascend(kernel: Kernel, { locals }: Frame): Step {
  const { value } = kernel.context!;
  const table = locals.pop()!;
  const index = locals.pop()!;
  locals[DONE]! |= value & RANGE_CHANGED;
  if ((value & TABLE_EMPTY) !== 0) {
    unlinkTable(kernel, kernel.layout.format.levels[locals[LEVEL]!]!, locals[TABLE]!, index);
    kernel.free(table);
  }
  return descend;
}
