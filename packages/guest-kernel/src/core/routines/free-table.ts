// SPDX-License-Identifier: GPL-2.0-or-later
import type { Frame } from '../context.js';
import type { Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';
import { entryAt, isLeaf, isPresent, pageOf, storeEntry, unlinkTable } from '../tables.js';

/**
 * Empties a process's table and frees all that it points to, tables below it included; the table
 * itself stays. Locals: level, gpa of the table, index of the process, then for each table below it
 * index and gpa.
 *
 * As in Linux, pages go without a word to the host, and each freed table is announced once.
 */
export const freeTable: Routine = new Routine('free table', { scan, visit, descend, unlink });

const LEVEL = 0;
const TABLE = 1;
const PROCESS = 2;
const PAIRS = 3;

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
  const ofPages = isLeaf(kernel, locals[LEVEL]!);
  kernel.results.values().forEach((entry, index) => {
    if (ofPages && entry !== 0) dropPage(kernel, locals, index, entry);
    else if (isPresent(entry)) locals.push(index, pageOf(entry));
  });
  return ofPages ? undefined : descend;
}

function dropPage(kernel: Kernel, locals: readonly number[], index: number, entry: number): void {
  storeEntry(kernel, entryAt(kernel.layout.format, locals[TABLE]!, index), 0);
  kernel.takePage(kernel.processes[locals[PROCESS]!]!, entry);
}

function descend(kernel: Kernel, { locals }: Frame): Step | undefined {
  if (locals.length === PAIRS) return undefined;
  const next = [locals[LEVEL]! + 1, locals.at(-1)!, locals[PROCESS]!];
  return kernel.call(freeTable, next, unlink);
}

function unlink(kernel: Kernel, { locals }: Frame): Step {
  const child = locals.pop()!;
  const index = locals.pop()!;
  unlinkTable(kernel, kernel.layout.format.levels[locals[LEVEL]!]!, locals[TABLE]!, index);
  kernel.free(child);
  return descend;
}
