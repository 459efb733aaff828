// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, it } from 'vitest';
import { checkFiles } from './check-files.js';
import { recordings, traceFiles } from './files.js';

/**
 * Makes the tests of all recordings of one profile. Each profile has a test file of its own, so that
 * they run at the same time; where there are no recordings, one test says so and is skipped.
 */
export function checkRecordings(profile: string): void {
  const names = traceFiles(recordings).filter((name) => name.includes(`-${profile}-`));
  describe(`the recordings of profile ${profile}`, () => {
    if (names.length > 0) checkFiles(recordings, names);
    else
      it.skip('are not beside this checkout (shared/conformance); vectors.test.ts has a choice', () => {});
  });
}
