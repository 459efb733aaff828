// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { examplesIn, page, runExample } from '../../tools/example-docs.mjs';
import { root } from '../../tools/nx.mjs';

const text = readFileSync(page, 'utf8');
const examples = examplesIn(text);
const files = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.mjs'));

describe('the examples', () => {
  it('are all on the page, each with its output', () => {
    expect(files.length).toBeGreaterThanOrEqual(7);
    const commands = examples.flatMap((example) => example.commands).join('\n');
    for (const file of files) expect(commands).toContain(`node examples/${file}`);
    expect(examples).toHaveLength([...text.matchAll(/^## /gm)].length);
  });

  it.each(files)('%s has less than 60 lines', (file) => {
    const lines = readFileSync(join(root, 'examples', file), 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines.length).toBeLessThan(60);
  });
});

describe.each(examples)('$title', (example) => {
  it('prints what the page says; if that is to change: node tools/example-docs.mjs', () => {
    expect(example.output).not.toBe('');
    expect(runExample(example)).toBe(example.output);
  });
});
