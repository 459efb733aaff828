// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest';
import { checkFiles } from './support/check-files.js';
import { traceFiles, vectors } from './support/files.js';

const names = traceFiles(vectors);

it('there are vectors of both formats and all profiles', () => {
  for (const format of ['2level', 'pae']) {
    for (const profile of ['boot', 'smp', 'hostile', 'oom']) {
      expect(names).toContain(`${format}-${profile}-0001.ndjson.gz`);
    }
  }
});

checkFiles(vectors, names);
