// SPDX-License-Identifier: GPL-2.0-or-later
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { complaints, stations } from '../stations.mjs';

const sources = new Map([
  ['core/b.ts', '/** H:330 Second. */'],
  ['core/a.ts', '// nothing\n * H:300: First.\n'],
]);
const row = (/** @type {string} */ file, /** @type {string} */ tag) =>
  `| \`${file}\` | some_function | ${tag} | notice |`;

describe('the journey through the shadow MMU', () => {
  it('is in the order of the tags, with place and title', () => {
    expect(stations(sources)).toEqual([
      { tag: 'H:300', file: 'core/a.ts', line: 2, title: 'H:300: First.' },
      { tag: 'H:330', file: 'core/b.ts', line: 1, title: 'H:330 Second. */' },
    ]);
  });

  it('has nothing to complain of when table and sources agree', () => {
    const table = [row('core/a.ts', 'H:300'), row('core/b.ts', 'H:330'), row('core/b.ts', '–')];
    expect(complaints(sources, table.join('\n'))).toEqual([]);
  });

  it('complains of a module that is gone, a tag that is gone, and a tag without a row', () => {
    const table = [row('core/c.ts', 'H:300'), row('core/b.ts', 'H:300')];
    expect(complaints(sources, table.join('\n'))).toEqual([
      'PROVENANCE.md: core/c.ts (some_function) does not exist',
      'PROVENANCE.md: core/b.ts (some_function) does not carry H:300',
      'core/b.ts:1: H:330 has no row in PROVENANCE.md',
    ]);
  });

  it('agrees with the table of provenance as both stand', () => {
    const tool = fileURLToPath(new URL('../journey.mjs', import.meta.url));
    expect(execFileSync(process.execPath, [tool, '--check'], { encoding: 'utf8' })).toBe('');
  });
});
