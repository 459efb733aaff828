// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { tally } from '../tally.mjs';

/** @param {string} status @param {string[]} tests */
const file = (status, tests) => ({
  status,
  assertionResults: tests.map((test) => ({ status: test })),
});

/** @param {number} numPassedTests @param {number} numFailedTests @param {ReturnType<typeof file>[]} testResults */
const report = (numPassedTests, numFailedTests, testResults) => ({
  numPassedTests,
  numFailedTests,
  testResults,
});

describe('the tally of all projects', () => {
  it('adds up what passed and what failed', () => {
    const reports = new Map([
      ['x86', report(3, 0, [file('passed', ['passed', 'passed', 'passed'])])],
      ['bus', report(1, 2, [file('failed', ['passed', 'failed', 'failed'])])],
    ]);
    expect(tally(reports)).toEqual({ passed: 4, failed: 2, missing: [], empty: [] });
  });

  it('counts a file that broke before its tests as one failure', () => {
    const reports = new Map([
      ['cpu', report(1, 0, [file('passed', ['passed']), file('failed', [])])],
    ]);
    expect(tally(reports)).toMatchObject({ passed: 1, failed: 1 });
  });

  it('counts a project without a report as one failure, and names it', () => {
    expect(tally(new Map([['cli', undefined]]))).toMatchObject({ failed: 1, missing: ['cli'] });
  });

  it('names a project that has no test', () => {
    expect(tally(new Map([['abi', report(0, 0, [])]]))).toMatchObject({
      failed: 0,
      empty: ['abi'],
    });
  });
});
