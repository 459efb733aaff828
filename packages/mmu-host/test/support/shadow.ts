// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, frameWord, indexAt, type Pfn } from '@lguest-sim/x86';
import type { TestMachine } from './test-machine.js';

/** A present leaf of a shadow table. */
export interface ShadowLeaf {
  readonly slot: number;
  readonly vaddr: number;
  readonly pfn: Pfn;
  readonly flags: number;
  readonly high: number;
}

/** An entry of a shadow table: both words. */
export interface ShadowEntry {
  readonly low: number;
  readonly high: number;
}

function entryAt(machine: TestMachine, table: Pfn, index: number): ShadowEntry {
  const { host, format } = machine;
  const word = frameWord(table) + (index << format.entryWordShift);
  return {
    low: host.words[word]! >>> 0,
    high: format.entryWordShift === 0 ? 0 : host.words[word + 1]! >>> 0,
  };
}

/** The shadow's entries for an address, from the top down to the leaf or the first not present. */
export function pathOf(machine: TestMachine, slot: number, vaddr: number): ShadowEntry[] {
  const path: ShadowEntry[] = [];
  let table = machine.mmu.slots[slot]!.topPfn;
  for (const level of machine.format.levels) {
    const entry = entryAt(machine, table, indexAt(level, vaddr));
    path.push(entry);
    if ((entry.low & Flag.present) === 0) break;
    table = entry.low >>> 12;
  }
  return path;
}

/** The shadow's leaf for an address if it is present. */
export function leafOf(machine: TestMachine, vaddr: number, vcpu = 0): ShadowLeaf | undefined {
  const { slot } = machine.mmu.vcpu(vcpu);
  const path = pathOf(machine, slot, vaddr);
  const { low, high } = path[path.length - 1]!;
  if (path.length < machine.format.levels.length || (low & Flag.present) === 0) return undefined;
  return { slot, vaddr, pfn: low >>> 12, flags: low & 0xfff, high };
}

/** Everything that the shadow tables of all slots hold. */
export interface Shadow {
  readonly leaves: readonly ShadowLeaf[];
  /** Pages of the tables themselves, top tables included. */
  readonly tables: readonly Pfn[];
}

export function readShadow(machine: TestMachine): Shadow {
  const leaves: ShadowLeaf[] = [];
  const tables: Pfn[] = [];
  const { levels, leaf } = machine.format;
  const visit = (slot: number, table: Pfn, depth: number, base: number): void => {
    tables.push(table);
    const level = levels[depth]!;
    for (let index = 0; index < level.entries; index++) {
      const { low, high } = entryAt(machine, table, index);
      if ((low & Flag.present) === 0) continue;
      const vaddr = base + index * 2 ** level.shift;
      if (level !== leaf) visit(slot, low >>> 12, depth + 1, vaddr);
      else leaves.push({ slot, vaddr, pfn: low >>> 12, flags: low & 0xfff, high });
    }
  };
  machine.mmu.slots.forEach(({ allocated, topPfn }, slot) => {
    if (allocated) visit(slot, topPfn, 0, 0);
  });
  return { leaves, tables };
}
