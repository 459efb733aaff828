// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, PAGE_SIZE, TABLE_FLAGS, hex } from '@lguest-sim/x86';
import type { Operation } from './operation.js';
import type { Cell, Places } from './places.js';
import type { SmallMachine } from './small-machine.js';

const READ_ONLY = Flag.present | Flag.user;
const MAPPED = READ_ONLY | Flag.writable;

/**
 * Leaves that a guest may have in its tables: none; one that was never used, one that was written,
 * one that was read only; one without P; one that makes it die.
 */
export function leafValues({ dataPage, tablePage }: Places, pages: number): readonly number[] {
  const data = dataPage * PAGE_SIZE;
  return [
    0,
    data | MAPPED,
    data | MAPPED | Flag.accessed | Flag.dirty,
    data | MAPPED | Flag.accessed,
    (tablePage * PAGE_SIZE) | READ_ONLY | Flag.accessed,
    data | Flag.accessed | Flag.dirty,
    (pages * PAGE_SIZE) | MAPPED | Flag.accessed | Flag.dirty,
  ];
}

/** Entries of directories: none; with all rights; with as few as there can be; one that kills. */
function directoryValues(machine: SmallMachine, { depth }: Cell): readonly number[] {
  const table = machine.places.tablePage * PAGE_SIZE;
  const level = machine.format.levels[depth]!;
  const few = level.hasRights ? [table | Flag.present | Flag.accessed] : [];
  return [0, table | level.tableFlags, ...few, table | TABLE_FLAGS | Flag.pageSize];
}

/** The guest writes an entry of its own tables, and says nothing of it. */
export function guestStores(machine: SmallMachine): readonly Operation[] {
  const { places, format, memory } = machine;
  const leaves = leafValues(places, memory.pageLimit);
  return places.cells().flatMap((cell) => {
    const isLeaf = cell.depth === format.levels.length - 1;
    const values = isLeaf ? leaves : directoryValues(machine, cell);
    return values.map((value) => store(cell, value));
  });
}

function store({ gpa, text }: Cell, value: number): Operation {
  return {
    text: `guest stores ${hex(value)} at gpa ${hex(gpa)}: ${text}`,
    kind: 'store',
    perform: ({ memory }) => memory.readWord(gpa) !== value && memory.writeWord(gpa, value),
  };
}
