// SPDX-License-Identifier: GPL-2.0-or-later

// Writes the JSON Schema of the lines of an event log, and the table of topics in docs/events.md.
// Needs the packages built.
//
//   node tools/events-schema.mjs           writes them
//   node tools/events-schema.mjs --check   exit code 1 if they are not current

import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { topics } from '../packages/bus/dist/index.js';
import { eventsSchema } from '../packages/cli/dist/recording/events-schema.js';

const begin = '<!-- topics:begin -->\n';
const end = '<!-- topics:end -->';

const schema = new URL('../packages/cli/schemas/events.schema.json', import.meta.url);
const page = new URL('../docs/events.md', import.meta.url);

/** @param {import('../packages/bus/dist/index.js').FieldType} type */
function typeName(type) {
  if (typeof type === 'object') return type.choices.map((word) => `\`${word}\``).join(' or ');
  return type === 'integers' ? 'list of integers' : type;
}

const rows = Object.entries(topics).map(([topic, { summary, fields }]) => {
  const payload = Object.entries(fields).map(([name, [type, meaning]]) => {
    return `\`${name}\` (${typeName(type)}): ${meaning}`;
  });
  return `| \`${topic}\` | ${summary} | ${payload.join('; ')} |\n`;
});
const table = `| topic | who tells whom what | payload |\n| --- | --- | --- |\n${rows.join('')}`;

/** @param {string} text */
async function pageWith(text) {
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`docs/events.md: expected ${begin.trim()} and ${end}`);
  return `${before}${begin}\n${table}\n${end}${after}`;
}

/**
 * @param {URL} file
 * @param {(now: string) => string | Promise<string>} made
 */
async function update(file, made) {
  const style = { ...(await resolveConfig(file)), filepath: file.pathname };
  const now = await readFile(file, 'utf8').catch(() => '');
  const wanted = await format(await made(now), style);
  if (wanted === now) return;
  if (!process.argv.includes('--check')) return await writeFile(file, wanted);
  console.error(
    `${file.pathname}: what an event log holds has changed; run: node tools/events-schema.mjs`,
  );
  process.exitCode = 1;
}

await update(schema, () => JSON.stringify(eventsSchema()));
await update(page, pageWith);
