// SPDX-License-Identifier: GPL-2.0-or-later

// Writes what each count means into the tables of docs/json.md and docs/views.md, between their markers.
// Needs the packages built.
//
//   node tools/count-docs.mjs           writes them
//   node tools/count-docs.mjs --check   exit code 1 if they are not current

import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import {
  cpuCountMeanings,
  cpuFieldMeanings,
  hostCountMeanings,
  processFieldMeanings,
} from '../packages/simulation/dist/index.js';
import { seriesMeanings } from '../packages/views/dist/index.js';

/** @type {[file: string, head: string, place: string, meanings: Readonly<Record<string, string>>][]} */
const tables = [
  ['json.md', 'what it counts', 'cpu-counts', cpuCountMeanings],
  ['json.md', 'what it counts', 'host-counts', hostCountMeanings],
  ['json.md', 'what it is', 'cpu-fields', cpuFieldMeanings],
  ['json.md', 'what it is', 'process-fields', processFieldMeanings],
  ['views.md', 'what it is', 'series', seriesMeanings],
];

const isCheck = process.argv.includes('--check');
for (const [file, head, place, meanings] of tables) {
  const page = new URL(`../docs/${file}`, import.meta.url);
  const text = await readFile(page, 'utf8');
  const begin = `<!-- ${place}:begin -->\n`;
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(`<!-- ${place}:end -->`);
  if (from < begin.length || to < from) {
    throw new Error(`docs/${file}: expected the markers ${place}:begin and ${place}:end`);
  }
  const rows = Object.entries(meanings).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`);
  const table = ['', `| field | ${head} |`, '| --- | --- |', ...rows, '', ''].join('\n');
  const made = await format(text.slice(0, from) + table + text.slice(to), {
    ...(await resolveConfig(page)),
    parser: 'markdown',
  });
  if (!isCheck) {
    await writeFile(page, made);
  } else if (made !== text) {
    console.error(`docs/${file}: what counts mean has changed; run: node tools/count-docs.mjs`);
    process.exitCode = 1;
  }
}
