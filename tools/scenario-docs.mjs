// SPDX-License-Identifier: GPL-2.0-or-later

// Writes the tables of keys and patterns into docs/scenarios.md, between their markers. Needs the
// packages built.
//
//   node tools/scenario-docs.mjs           writes them
//   node tools/scenario-docs.mjs --check   exit code 1 if they are not current

import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { scenarioReference } from '../packages/cli/dist/scenario/reference.js';

const page = new URL('../docs/scenarios.md', import.meta.url);
const text = await readFile(page, 'utf8');

let made = text;
for (const [place, make] of Object.entries(scenarioReference)) {
  const begin = `<!-- ${place}:begin -->\n`;
  const from = made.indexOf(begin) + begin.length;
  const to = made.indexOf(`<!-- ${place}:end -->`);
  if (from < begin.length || to < from) {
    throw new Error(`docs/scenarios.md: expected the markers ${place}:begin and ${place}:end`);
  }
  made = `${made.slice(0, from)}\n${make()}\n${made.slice(to)}`;
}
made = await format(made, { ...(await resolveConfig(page)), parser: 'markdown' });

if (!process.argv.includes('--check')) {
  await writeFile(page, made);
} else if (made !== text) {
  console.error(
    'docs/scenarios.md: what a scenario may hold has changed; run: node tools/scenario-docs.mjs',
  );
  process.exitCode = 1;
}
