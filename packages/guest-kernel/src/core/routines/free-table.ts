// SPDX-License-Identifier: GPL-2.0-or-later
import type { GuestPhysical } from '@lguest-sim/x86';
import type { Frame } from '../context.js';
import type { Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';
import { entryAt, isPresent, pageOf, storeEntry, unlinkTable } from '../tables.js';

/**
 * Empties a process's table and frees all that it points to, tables below it included; the table
 * itself stays. Locals: level, gpa of the table, then for each table below it index and gpa.
 *
 * As in Linux, pages go without a word to the host, and each freed table is announced once.
 */
export const freeTable: Routine = new Routine('free table', { scan, visit, descend, unlink });

const LEVEL = 0;
const TABLE = 1;

function scan(kernel: Kernel, { locals }: Frame): Step {
  const { format, kernelTopIndex } = kernel.layout;
  const level = format.levels[locals[LEVEL]!]!;
  const entries = level.name === 'top' ? kernelTopIndex : level.entries;
  for (let index = 0; index < entries; index++) {
    kernel.emit.load(entryAt(format, locals[TABLE]!, index));
  }
  return visit;
}

function visit(kernel: Kernel, { locals }: Frame): Step | undefined {
  const { format } = kernel.layout;
  const isLeaf = locals[LEVEL] === format.levels.length - 1;
  kernel.results.forEach((entry, index) => {
    if (!isPresent(entry)) return;
    if (isLeaf) dropPage(kernel, entryAt(format, locals[TABLE]!, index), pageOf(entry));
    else locals.push(index, pageOf(entry));
  });
  return isLeaf ? undefined : descend;
}

function dropPage(kernel: Kernel, entry: GuestPhysical, page: GuestPhysical): void {
  storeEntry(kernel, entry, 0);
  kernel.free(page);
}

function descend(kernel: Kernel, { locals }: Frame): Step | undefined {
  const child = locals.at(-1)!;
  if (locals.length === TABLE + 1) return undefined;
  return kernel.call(freeTable, [locals[LEVEL]! + 1, child], unlink);
}

function unlink(kernel: Kernel, { locals }: Frame): Step {
  const child = locals.pop()!;
  const index = locals.pop()!;
  unlinkTable(kernel, kernel.layout.format.levels[locals[LEVEL]!]!, locals[TABLE]!, index);
  kernel.free(child);
  return descend;
}
