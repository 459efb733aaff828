// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scenarioReference } from '../src/scenario/reference.js';

const page = readFileSync(new URL('../../../docs/scenarios.md', import.meta.url), 'utf8');

/** Without what a formatter of tables may change. */
function bare(markdown: string): string[] {
  return markdown
    .split('\n')
    .map((line) => line.replace(/ +/g, ' ').replace(/-{3,}/g, '---').trim())
    .filter((line) => line !== '');
}

describe('docs/scenarios.md', () => {
  it.each(Object.entries(scenarioReference))('has the %s that there are', (place, make) => {
    const [, after = ''] = page.split(`<!-- ${place}:begin -->\n`);
    const [between] = after.split(`<!-- ${place}:end -->`);
    // If not: node tools/scenario-docs.mjs
    expect(bare(between!)).toEqual(bare(make()));
  });
});
