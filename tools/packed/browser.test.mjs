// SPDX-License-Identifier: GPL-2.0-or-later
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, noBrowser, openBrowser } from './browser.mjs';
import { packed } from './packed.mjs';
import { allExamples, browserEntries } from './project.mjs';
import { folders, runTool } from './tarballs.mjs';

const directory = join(packed.project, 'browser');
const examples = allExamples().filter(({ needsNode }) => !needsNode);
const entries = browserEntries();

/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;
/** @type {string[]} */
let warnings;

describe.skipIf(noBrowser)(`in a browser${noBrowser ? ` (${noBrowser})` : ''}`, () => {
  beforeAll(async () => {
    const names = [...examples.map(({ name }) => name), ...entries.map(([name]) => name)];
    warnings = await bundle(directory, names);
    browser = await openBrowser(directory);
  }, 300_000);

  afterAll(() => browser?.close());

  it('nothing is missing that only Node has', () => {
    expect(warnings).toEqual([]);
  });

  it.each(folders.filter((folder) => folder !== 'cli'))('there is an example of %s', (folder) => {
    expect(examples.map(({ name }) => name)).toContain(folder);
  });

  it.each(examples)('$place prints what it says', async ({ name, prints }) => {
    expect(await browser.run(name)).toEqual(prints);
  });

  it('every entry has all that it has in Node', async () => {
    const names = entries.map(([name]) => name);
    const all = names.map((name) => `await import('./${name}.js');`).join('\n');
    const args = ['--input-type=module', '--eval', all];
    const inNode = runTool(process.execPath, args, directory).trimEnd().split('\n');
    expect(inNode).toHaveLength(names.length);
    expect(await browser.run(...names)).toEqual(inNode);
  });
});
