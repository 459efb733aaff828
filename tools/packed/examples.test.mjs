// SPDX-License-Identifier: GPL-2.0-or-later
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packed } from './packed.mjs';
import { allExamples } from './project.mjs';
import { readmeExamples } from './readme-examples.mjs';
import { folders, runTool } from './tarballs.mjs';

describe('the READMEs’ examples, with the packages installed', () => {
  it.each(folders)('are there for %s', (folder) => {
    expect(readmeExamples(folder)).not.toHaveLength(0);
  });

  it('fit the types that are shipped', () => {
    expect(packed.complaints).toBe('');
  });

  it.each(allExamples())('$place prints in Node what it says', ({ name, needsNode, prints }) => {
    const directory = join(packed.project, needsNode ? 'node' : 'browser');
    expect(linesOf(runTool(process.execPath, [`${name}.js`], directory))).toEqual(prints);
  });

  it('install nothing that is missing or does not fit', () => {
    expect(() => runTool('npm', ['ls', '--all'], packed.project)).not.toThrow();
  });
});

/** @param {string} text */
const linesOf = (text) => text.trimEnd().split('\n');
