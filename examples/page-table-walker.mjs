// SPDX-License-Identifier: GPL-2.0-or-later
// Prints what the page tables in a dump of a machine's memory map.
//
//   node examples/page-table-walker.mjs FILE CR3 [two-level|pae]
import { readFileSync } from 'node:fs';
import { Flag, PAGE_SIZE, hex, pagingFormats } from '@lguest-sim/x86';

const [file, cr3, name = 'two-level'] = process.argv.slice(2);
const format = Object.values(pagingFormats).find((each) => each.name === name);
if (file === undefined || cr3 === undefined || format === undefined) {
  console.error('page-table-walker FILE CR3 [two-level|pae]');
  process.exit(2);
}
const dump = readFileSync(file);
const { levels, leaf, entryBytes } = format;

/** @typedef {{ address: number, physical: number, bytes: number, flags: string }} Mapping */

/**
 * What a table maps, and the tables below it.
 * @param {number} table where it is, a physical address
 * @param {number} depth 0 for the top level
 * @param {number} base the first address that it maps
 * @param {number} rights writable and user, as all entries on the way have them
 * @returns {Generator<Mapping>}
 */
function* walk(table, depth, base, rights) {
  const level = levels[depth];
  if (level === undefined) return;
  for (let index = 0; index < level.entries; index++) {
    const at = table + index * entryBytes;
    const entry = at + 4 <= dump.length ? dump.readUInt32LE(at) : 0;
    if ((entry & Flag.present) === 0) continue;
    const address = base + index * 2 ** level.shift;
    const physical = (entry & -PAGE_SIZE) >>> 0;
    const allowed = level.hasRights ? rights & entry : rights;
    if (level !== leaf) yield* walk(physical, depth + 1, address, allowed);
    else yield { address, physical, bytes: PAGE_SIZE, flags: describe(allowed, entry) };
  }
}

/** @param {number} allowed @param {number} entry */
function describe(allowed, entry) {
  const rights = `${allowed & Flag.user ? 'user' : 'kernel'} ${allowed & Flag.writable ? 'rw' : 'ro'}`;
  return `${rights}${entry & Flag.accessed ? ' A' : ''}${entry & Flag.dirty ? ' D' : ''}`;
}

/** @type {Mapping[]} */
const ranges = [];
const top = Number(cr3) & -(format.top.entries * entryBytes);
for (const page of walk(top >>> 0, 0, 0, Flag.writable | Flag.user)) {
  const last = ranges.at(-1) ?? { ...page, flags: '' };
  const follows = last.address + last.bytes === page.address && last.flags === page.flags;
  if (follows && last.physical + last.bytes === page.physical) last.bytes += PAGE_SIZE;
  else ranges.push(page);
}
for (const { address, physical, bytes, flags } of ranges) {
  console.log(`${hex(address)} to ${hex(physical)}, ${bytes / PAGE_SIZE} pages, ${flags}`);
}
