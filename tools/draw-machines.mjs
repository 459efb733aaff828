// SPDX-License-Identifier: GPL-2.0-or-later

// Draws the machines into docs/architecture.md, between its two markers. Needs the packages built.
//
//   node tools/draw-machines.mjs           draws them
//   node tools/draw-machines.mjs --check   exit code 1 if they are not current

import { readFile, writeFile } from 'node:fs/promises';
import { machinesAsMarkdown } from '../packages/simulation/dist/index.js';

const page = new URL('../docs/architecture.md', import.meta.url);
const begin = '<!-- machines:begin -->\n';
const end = '<!-- machines:end -->';

const text = await readFile(page, 'utf8');
const from = text.indexOf(begin) + begin.length;
const to = text.indexOf(end);
if (from < begin.length || to < from) {
  throw new Error(`${page.pathname}: expected the markers ${begin.trim()} and ${end}`);
}
const drawn = `${text.slice(0, from)}\n${machinesAsMarkdown()}\n${text.slice(to)}`;

if (!process.argv.includes('--check')) {
  await writeFile(page, drawn);
} else if (drawn !== text) {
  console.error(
    'docs/architecture.md: the machines have changed; run: node tools/draw-machines.mjs',
  );
  process.exitCode = 1;
}
