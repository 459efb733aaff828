// SPDX-License-Identifier: GPL-2.0-or-later

// Runs the examples as examples/README.md says, and writes into it what they print. Needs the packages built.
//
//   node tools/example-docs.mjs

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './nx.mjs';

/** The page that tells of the examples. */
export const page = join(root, 'examples/README.md');

/**
 * One section of the page.
 * @typedef {object} Example
 * @property {string} title
 * @property {string[]} commands
 * @property {string} output what they print together
 */

const section = /^## (.*)\n[^]*?^```sh\n([^]*?)^```\n\n```text\n([^]*?)^```$/gm;

/** @param {string} text the page's @returns {Example[]} */
export function examplesIn(text) {
  return [...text.matchAll(section)].map(([, title = '', commands = '', output = '']) => ({
    title,
    commands: commands.trim().split('\n'),
    output,
  }));
}

/** Runs the commands of an example in a folder of its own. @param {Example} example */
export function runExample({ commands }) {
  const scratch = mkdtempSync(join(tmpdir(), 'lguest-sim-example-'));
  try {
    return commands.map((command) => run(command.split(' '), scratch)).join('');
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** @param {string[]} command `node`, a file in the workspace, arguments @param {string} folder */
function run([, file = '', ...args], folder) {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined };
  return execFileSync(process.execPath, [join(root, file), ...args], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  const text = readFileSync(page, 'utf8');
  const outputs = examplesIn(text).map(runExample);
  const written = text.replace(section, (all, _, __, before) => {
    const output = outputs.shift() ?? before;
    return all.slice(0, all.length - '```'.length - before.length) + output + '```';
  });
  writeFileSync(page, written);
}
