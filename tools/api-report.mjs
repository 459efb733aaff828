// SPDX-License-Identifier: GPL-2.0-or-later

// Writes what each package offers to others into docs/api, one file for each entry, so that a change to
// the public surface shows in a diff. Needs the packages built.
//
//   node tools/api-report.mjs           writes the reports
//   node tools/api-report.mjs --check   exit code 1 if they are not current

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiReports } from './api/api-extractor.mjs';
import { root } from './nx.mjs';

const folder = join(root, 'docs/api');
const scratch = mkdtempSync(join(tmpdir(), 'lguest-sim-api-'));
try {
  const { reports, problems } = apiReports(scratch);
  const isCheck = process.argv.includes('--check');
  const found = [...problems, ...(isCheck ? outdated(reports) : write(reports))];
  for (const problem of found) console.error(problem);
  if (found.length > 0) process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true });
}

/** @param {string} name */
function kept(name) {
  const file = join(folder, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** @param {ReadonlyMap<string, string>} reports @returns {string[]} files that no entry has any more */
function stray(reports) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => name.endsWith('.api.md') && !reports.has(name));
}

/** @param {ReadonlyMap<string, string>} reports @returns {never[]} */
function write(reports) {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of reports) writeFileSync(join(folder, name), text);
  for (const name of stray(reports)) rmSync(join(folder, name));
  return [];
}

/** @param {ReadonlyMap<string, string>} reports @returns {string[]} what differs, for a reader */
function outdated(reports) {
  const changed = [...reports]
    .filter(([name, text]) => kept(name) !== text)
    .map(([name, text]) => `docs/api/${name} is not current: ${firstDifference(kept(name), text)}`);
  const left = stray(reports).map((name) => `docs/api/${name} is of no entry`);
  const found = [...changed, ...left];
  if (found.length === 0) return [];
  return [
    ...found,
    'The public surface has changed. If that is meant: npx nx run-many -t build && node tools/api-report.mjs, and commit docs/api.',
  ];
}

/** @param {string} old @param {string} now */
function firstDifference(old, now) {
  if (old === '') return 'there is none';
  const before = old.split('\n');
  const after = now.split('\n');
  const at = after.findIndex((line, index) => line !== before[index]);
  const line = at < 0 ? after.length : at;
  return `line ${line + 1} was "${before[line] ?? ''}", is "${after[line] ?? ''}"`;
}
