// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, frameWord, indexAt, pae, twoLevel, type PagingFormat } from '@lguest-sim/x86';
import type { ConformanceMachine } from '../../src/index.js';

/** A present leaf of a shadow table. */
export interface Leaf {
  readonly vaddr: number;
  readonly pfn: number;
  /** Bits 0 to 11. */
  readonly flags: number;
}

/** What a CPU finds when it walks a slot's tables; it changes nothing. */
export interface Walk {
  /** Whether every table on the way is there. */
  readonly path: boolean;
  readonly leaf: Leaf | undefined;
  /** RW and USER where every level that has rights gives them. */
  readonly rights: number;
}

const RIGHTS = Flag.writable | Flag.user;

export function formatOf(machine: ConformanceMachine): PagingFormat {
  return machine.header.pae ? pae : twoLevel;
}

/** Walks the tables of a slot to an address. */
export function walk(machine: ConformanceMachine, slot: number, vaddr: number): Walk {
  const { levels, entryWordShift } = formatOf(machine);
  const { words } = machine.host;
  let table = machine.mmu.slots[slot]!.topPfn;
  let rights: number = RIGHTS;
  for (const level of levels) {
    const entry = words[frameWord(table) + (indexAt(level, vaddr) << entryWordShift)]!;
    const isLeaf = level.name === 'leaf';
    if ((entry & Flag.present) === 0) return { path: isLeaf, leaf: undefined, rights: 0 };
    if (level.hasRights) rights &= entry;
    table = entry >>> 12;
    if (isLeaf) return { path: true, leaf: { vaddr, pfn: table, flags: entry & 0xfff }, rights };
  }
  throw new Error('a format without leaves');
}

/** Every present leaf of a slot. */
export function* leaves(machine: ConformanceMachine, slot: number): Generator<Leaf> {
  yield* below(machine, 0, machine.mmu.slots[slot]!.topPfn, 0);
}

function* below(
  machine: ConformanceMachine,
  depth: number,
  table: number,
  base: number,
): Generator<Leaf> {
  const { levels, entryWordShift } = formatOf(machine);
  const { entries, shift, name } = levels[depth]!;
  for (let index = 0; index < entries; index++) {
    const entry = machine.host.words[frameWord(table) + (index << entryWordShift)]!;
    if ((entry & Flag.present) === 0) continue;
    const vaddr = base + index * 2 ** shift;
    const pfn = entry >>> 12;
    if (name === 'leaf') yield { vaddr, pfn, flags: entry & 0xfff };
    else yield* below(machine, depth + 1, pfn, vaddr);
  }
}
