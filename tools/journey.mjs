// SPDX-License-Identifier: GPL-2.0-or-later

// Prints the journey through the shadow MMU: the places that carry one of the original's tags
// (H:330), in the order of the tags, which is the order to read them in.
//
//   node tools/journey.mjs           prints it
//   node tools/journey.mjs --check   only complains: exit code 1 if PROVENANCE.md names a tag or a
//                                    module that the sources do not have, or the other way round

import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { complaints, stations } from './stations.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = 'packages/mmu-host/src/';

const sources = new Map(
  readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => [name, readFileSync(root + folder + name, 'utf8')]),
);

if (process.argv.includes('--check')) {
  const found = complaints(sources, readFileSync(`${root}PROVENANCE.md`, 'utf8'));
  for (const complaint of found) console.error(complaint);
  process.exitCode = found.length === 0 ? 0 : 1;
} else {
  for (const { tag, file, line, title } of stations(sources)) {
    console.log(`${tag}  ${folder}${file}:${line}\n       ${title}`);
  }
}
