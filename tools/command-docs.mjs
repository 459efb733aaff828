// SPDX-License-Identifier: GPL-2.0-or-later

// Writes what is said of the command's options elsewhere than in its help, from the same
// definitions: the manual page, and the synopses in its README. Needs the packages built.
//
//   node tools/command-docs.mjs           writes them
//   node tools/command-docs.mjs --check   exit code 1 if they are not current

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { allCommands } from '../packages/cli/dist/command-table.js';
import { synopses } from '../packages/cli/dist/manual/command-tree.js';
import { manualPage } from '../packages/cli/dist/manual/manual-page.js';

const folder = new URL('../packages/cli/', import.meta.url);
const [begin, end] = ['<!-- synopses:begin -->\n', '<!-- synopses:end -->'];

const readme = await readFile(new URL('README.md', folder), 'utf8');
const [before = '', after = ''] = readme.split(begin);
const rest = after.slice(after.indexOf(end));
if (!rest.startsWith(end)) throw new Error(`packages/cli/README.md: expected ${begin}...${end}`);

const made = {
  'README.md': `${before}${begin}\n${synopses(allCommands)}\n${rest}`,
  'man/lguest-sim.1': manualPage(allCommands),
};

await mkdir(new URL('man/', folder), { recursive: true });
for (const [file, text] of Object.entries(made)) {
  const path = new URL(file, folder);
  if (!process.argv.includes('--check')) {
    await writeFile(path, text);
  } else if ((await readFile(path, 'utf8').catch(() => '')) !== text) {
    console.error(`packages/cli/${file}: options have changed; run: node tools/command-docs.mjs`);
    process.exitCode = 1;
  }
}
