// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a guest for a while and writes its memory into a file: something to walk.
//
//   node examples/make-dump.mjs FILE [two-level|pae]
import { writeFileSync } from 'node:fs';
import { Simulation } from '@lguest-sim/simulation';
import { patternTree } from '@lguest-sim/trace';
import { hex } from '@lguest-sim/x86';

const [file, paging = 'two-level'] = process.argv.slice(2);
if (file === undefined || (paging !== 'two-level' && paging !== 'pae')) {
  console.error('make-dump FILE [two-level|pae]');
  process.exit(2);
}

const memoryBytes = 4 * 2 ** 20;
const program = patternTree('random', { pages: 8, accesses: 40, writeShare: 0.5 });
const simulation = new Simulation({ memoryBytes, paging }, [program]);
/** @type {number | undefined} */
let cr3;
simulation.messages$.subscribe(({ message }) => {
  if (message.topic === 'new-pagetable') cr3 = message.gpgdir; // The guest kernel loads "CR3".
});

// As long as the process runs, its tables are there.
const [guest] = simulation.parts.guests;
while (guest?.state !== 'off' && simulation.result().totals.accesses < 30) {
  await simulation.run({ until: simulation.time + 1 });
}
const words = Uint32Array.from({ length: memoryBytes / 4 }, (_, word) =>
  guest === undefined ? 0 : guest.memory.readWord(word * 4),
);
await simulation.close();
writeFileSync(file, words);
console.log(`CR3 ${hex(cr3 ?? 0)}`);
