// SPDX-License-Identifier: GPL-2.0-or-later
// `npm test`: every check and every test of the workspace, through nx, and one
// line `N passed, N failed` at the end.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { root, runTargets } from './nx.mjs';
import { tally } from './tally.mjs';

const checks = [
  ...['format', 'dependencies', 'lint', 'typecheck', 'build'],
  ...['test', 'packed', 'api'],
];

const reports = reportFiles();
// nx puts back the report of a project whose result it remembers, so a report
// that is there afterwards belongs to this run.
for (const file of reports.values()) rmSync(file, { force: true });

const allWell = runTargets(checks);
const { passed, failed, missing, empty } = tally(
  new Map([...reports].map(([project, file]) => [project, readReport(file)])),
);

if (empty.length > 0) console.log(`No tests yet: ${empty.join(', ')}`);
if (missing.length > 0) console.log(`Tests did not run: ${missing.join(', ')}`);
if (!allWell && failed === 0) {
  console.log('A check other than the tests failed, and counts as one failure; see above.');
}
const failures = Math.max(failed, allWell ? 0 : 1);
console.log(`${passed} passed, ${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;

/** @returns {Map<string, string>} where each project's tests leave their report */
function reportFiles() {
  const projects = readdirSync(`${root}packages`).filter((name) =>
    existsSync(`${root}packages/${name}/package.json`),
  );
  const report = 'test-output/vitest.json';
  return new Map([
    ['tools', `${root}${report}`],
    ['packed', `${root}test-output/packed.json`],
    ['api', `${root}test-output/api.json`],
    ['examples', `${root}examples/${report}`],
    ...projects.map((name) => /** @type {const} */ ([name, `${root}packages/${name}/${report}`])),
  ]);
}

/**
 * @param {string} file
 * @returns {import('./tally.mjs').Report | undefined}
 */
function readReport(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
