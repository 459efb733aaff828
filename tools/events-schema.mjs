// SPDX-License-Identifier: GPL-2.0-or-later

// Writes the JSON Schema of the lines of an event log. Needs the packages built.
//
//   node tools/events-schema.mjs           writes it
//   node tools/events-schema.mjs --check   exit code 1 if it is not current

import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { eventsSchema } from '../packages/cli/dist/recording/events-schema.js';

const file = new URL('../packages/cli/schemas/events.schema.json', import.meta.url);

const style = { ...(await resolveConfig(file)), parser: 'json' };
const made = await format(JSON.stringify(eventsSchema()), style);

if (!process.argv.includes('--check')) {
  await writeFile(file, made);
} else if (made !== (await readFile(file, 'utf8').catch(() => ''))) {
  console.error(
    'events.schema.json: what an event log holds has changed; run: node tools/events-schema.mjs',
  );
  process.exitCode = 1;
}
