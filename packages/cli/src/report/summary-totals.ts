// SPDX-License-Identifier: GPL-2.0-or-later
import type { Totals } from '@lguest-sim/simulation';
import { formatCount } from './numbers.js';
import { pairLines, type Pair } from './table.js';

type CountName = Exclude<keyof Totals, 'hypercalls'>;
type Block = readonly (readonly [label: string, name: CountName])[];

/** What the traces did, and what the hardware made of it. */
const accesses: Block = [
  ['accesses', 'accesses'],
  ['  fetches', 'fetches'],
  ['  loads', 'loads'],
  ['  stores', 'stores'],
  ['instructions', 'instructions'],
  ['kernel accesses', 'kernelAccesses'],
  ['hardware accesses', 'hardwareAccesses'],
];
const translation: Block = [
  ['TLB hits', 'tlbHits'],
  ['TLB misses', 'tlbMisses'],
  ['page walks', 'pageWalks'],
  ['page faults', 'pageFaults'],
  ['  reflected', 'reflectedFaults'],
  ['shadow fills', 'shadowFills'],
  ['interrupts', 'interrupts'],
];

/** What moving between host and guests, and between tables, took. */
const switches: Block = [
  ['world switches', 'worldSwitches'],
  ['  Switcher right', 'switcherSkips'],
  ['  targeted remaps', 'switcherTargetedRemaps'],
  ['  full remaps', 'switcherFullRemaps'],
  ['migrations', 'migrations'],
  ['cycles', 'cycles'],
];
const tables: Block = [
  ['table switches', 'tableSwitches'],
  ['  slot hits', 'slotHits'],
  ['  slot evictions', 'slotEvictions'],
  ['  slot fills', 'slotFills'],
  ['all tables cleared', 'clearAlls'],
];

/** The totals in two columns. */
export function totalLines(totals: Totals): string[] {
  const pairs = (block: Block): Pair[] =>
    block.map(([label, name]) => [label, formatCount(totals[name])]);
  return [
    ...pairLines(pairs(accesses), pairs(translation)),
    '',
    ...pairLines(pairs(switches), pairs(tables)),
  ];
}

/** The hypercalls that were made, in two columns; nothing if none was. */
export function hypercallLines(hypercalls: Totals['hypercalls']): string[] {
  const pairs = Object.entries(hypercalls)
    .filter(([, count]) => count > 0)
    .map(([name, count]): Pair => [name, formatCount(count)]);
  const half = Math.ceil(pairs.length / 2);
  return pairLines(pairs.slice(0, half), pairs.slice(half));
}
