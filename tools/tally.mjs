// SPDX-License-Identifier: GPL-2.0-or-later
// Adds up what vitest reported for each project of the workspace.

/**
 * The part of vitest's JSON report that is read here.
 * @typedef {object} Report
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {{ status: string, assertionResults: { status: string }[] }[]} testResults by file
 */

/**
 * @typedef {object} Tally
 * @property {number} passed
 * @property {number} failed
 * @property {string[]} missing projects that left no report
 * @property {string[]} empty projects whose report has no test in it
 */

/**
 * Counts tests over all reports. A test file that broke before its first test
 * counts as one failure, and so does a project that left no report at all.
 * @param {Map<string, Report | undefined>} reports by project
 * @returns {Tally}
 */
export function tally(reports) {
  /** @type {Tally} */
  const sum = { passed: 0, failed: 0, missing: [], empty: [] };
  for (const [project, report] of reports) {
    if (report === undefined) {
      sum.missing.push(project);
      sum.failed += 1;
      continue;
    }
    const broken = report.testResults.filter(isBroken).length;
    sum.passed += report.numPassedTests;
    sum.failed += report.numFailedTests + broken;
    if (report.testResults.length === 0) sum.empty.push(project);
  }
  return sum;
}

/**
 * @param {Report['testResults'][number]} file
 * @returns {boolean} whether the file failed although none of its tests did
 */
function isBroken({ status, assertionResults }) {
  return status === 'failed' && !assertionResults.some((test) => test.status === 'failed');
}
