// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag } from '@lguest-sim/x86';
import type { FlatMemory } from './flat-memory.js';

/** Everything below a top-level table that belongs to the process: its tables, and its pages. */
export interface Reachable {
  readonly tables: readonly number[];
  readonly pages: readonly number[];
}

/** Looks through a process's tables, up to the kernel's part. Gpas. */
export function reachable(memory: FlatMemory, top: number, kernelTopIndex: number): Reachable {
  const tables: number[] = [];
  const pages: number[] = [];
  const visit = (table: number, depth: number): void => {
    const level = memory.format.levels[depth]!;
    const entries = depth === 0 ? kernelTopIndex : level.entries;
    for (let index = 0; index < entries; index++) {
      const entry = memory.read(table + index * memory.format.entryBytes);
      if ((entry & Flag.present) === 0) continue;
      const child = entry - (entry % 4096);
      if (depth === memory.format.levels.length - 1) pages.push(child);
      else {
        tables.push(child);
        visit(child, depth + 1);
      }
    }
  };
  visit(top, 0);
  return { tables, pages };
}
