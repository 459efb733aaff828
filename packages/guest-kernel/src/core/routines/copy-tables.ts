// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall } from '@lguest-sim/abi';
import { Flag, PAGE_SIZE, type GuestPhysical } from '@lguest-sim/x86';
import type { Frame } from '../context.js';
import { NO_MEMORY, type Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';
import { entryAt, isLeaf, isPresent, linkTable, pageOf, addressAt, storeEntry } from '../tables.js';
import { queue, type Call } from './queue-calls.js';

/**
 * Copies a table of the current process to its child's, tables below it included: every page is both's
 * from now on, and nobody may write to it. Locals: level, gpa of the table, gpa of the child's, virtual
 * address of the first byte mapped, index of the child; then, of each table below, index and gpa.
 * Returns COPIED, or OUT_OF_MEMORY.
 *
 * As in Linux (facts sheet 5.2): a new table of the child is announced with SET_PGD or SET_PMD; each
 * entry of the parent that loses its right, and each entry of the child, with a SET_PTE that is
 * queued, and FLUSH_ASYNC comes after every leaf table.
 */
export const copyTables: Routine = new Routine('copy tables', {
  scan,
  visit,
  flush,
  descend,
  findTarget,
  checked,
});

export const COPIED = 1;
const OUT_OF_MEMORY = 0;

const LEVEL = 0;
const SOURCE = 1;
const TARGET = 2;
const BASE = 3;
const CHILD = 4;
const PAIRS = 5;

function scan(kernel: Kernel, { locals }: Frame): Step {
  const { format, kernelTopIndex } = kernel.layout;
  const level = format.levels[locals[LEVEL]!]!;
  const entries = level.name === 'top' ? kernelTopIndex : level.entries;
  for (let index = 0; index < entries; index++) {
    kernel.emit.load(entryAt(format, locals[SOURCE]!, index));
  }
  return visit;
}

function visit(kernel: Kernel, frame: Frame): Step {
  const { locals } = frame;
  if (isLeaf(kernel, locals[LEVEL]!)) return queue(kernel, shareAll(kernel, frame), flush);
  // The last pair is taken first.
  for (let index = kernel.results.length - 1; index >= 0; index--) {
    const entry = kernel.results.words[index]!;
    if (isPresent(entry)) locals.push(index, pageOf(entry));
  }
  return descend;
}

/** Emits the stores for all pages of a leaf table. Returns the hypercalls that go with them. */
function shareAll(kernel: Kernel, { locals }: Frame): Call[] {
  const calls: Call[] = [];
  const target = locals[TARGET]!;
  const child = kernel.processes[locals[CHILD]!]!;
  kernel.results.values().forEach((entry, index) => {
    if (entry === 0) return;
    const address = locals[BASE]! + index * PAGE_SIZE;
    const shared = entry - (entry & Flag.writable);
    if (shared !== entry) {
      storeEntry(kernel, entryAt(kernel.layout.format, locals[SOURCE]!, index), shared);
      calls.push([Hypercall.setPte, kernel.task.directory, address, shared, 0]);
    }
    // The child has not used the page yet.
    const own = shared - (shared & Flag.accessed);
    storeEntry(kernel, entryAt(kernel.layout.format, target, index), own);
    calls.push([Hypercall.setPte, child.directory, address, own, 0]);
    kernel.shares.add(pageOf(entry) / PAGE_SIZE);
  });
  return calls;
}

function flush(kernel: Kernel): undefined {
  kernel.emit.hypercall(Hypercall.flushAsync);
  kernel.context!.value = COPIED;
}

/** The next table below, if any is left. */
function descend(kernel: Kernel, frame: Frame): Step | undefined {
  const { locals } = frame;
  const { format } = kernel.layout;
  if (locals.length === PAIRS) {
    kernel.context!.value = COPIED;
    return undefined;
  }
  const level = format.levels[locals[LEVEL]!]!;
  const index = locals.at(-2)!;
  if (level.name === 'top' && format.middle !== undefined) {
    // PAE: the middle tables exist from the start.
    kernel.emit.load(entryAt(format, locals[TARGET]!, index));
    return findTarget;
  }
  const table = kernel.allocate();
  if (table === NO_MEMORY) {
    kernel.context!.value = OUT_OF_MEMORY;
    return undefined;
  }
  kernel.emit.clearPage(table);
  linkTable(kernel, level, locals[TARGET]!, index, table);
  return copyBelow(kernel, frame, table);
}

function findTarget(kernel: Kernel, frame: Frame): Step {
  return copyBelow(kernel, frame, pageOf(kernel.results.words[0]!));
}

function copyBelow(kernel: Kernel, { locals }: Frame, target: GuestPhysical): Step {
  const source = locals.pop()!;
  const index = locals.pop()!;
  const level = locals[LEVEL]!;
  const base = addressAt(kernel, level, locals[BASE]!, index);
  return kernel.call(copyTables, [level + 1, source, target, base, locals[CHILD]!], checked);
}

function checked(kernel: Kernel): Step | undefined {
  return kernel.context!.value === OUT_OF_MEMORY ? undefined : descend;
}
