// SPDX-License-Identifier: GPL-2.0-or-later

// Writes the JSON Schema of scenarios for editors. Needs the packages built.
//
//   node tools/scenario-schema.mjs           writes it
//   node tools/scenario-schema.mjs --check   exit code 1 if it is not current

import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { scenarioSchema } from '../packages/cli/dist/scenario/schema.js';

const file = new URL('../packages/cli/scenarios/scenario.schema.json', import.meta.url);

const style = { ...(await resolveConfig(file)), parser: 'json' };
const made = await format(JSON.stringify(scenarioSchema()), style);

if (!process.argv.includes('--check')) {
  await writeFile(file, made);
} else if (made !== (await readFile(file, 'utf8').catch(() => ''))) {
  console.error(
    'scenario.schema.json: what a scenario may hold has changed; run: node tools/scenario-schema.mjs',
  );
  process.exitCode = 1;
}
