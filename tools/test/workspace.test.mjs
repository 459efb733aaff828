// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { root } from '../nx.mjs';

/**
 * What this test reads of a package.json or a tsconfig.json.
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} license
 * @property {{ node: string }} engines
 * @property {Record<string, unknown>} exports
 * @property {string[]} keywords
 * @property {Record<string, string>} [dependencies]
 * @property {{ tags: string[], targets: Record<string, unknown> }} nx
 * @property {{ path: string }[]} [references]
 */

/** @param {string} file @returns {Manifest} */
const readJson = (file) => JSON.parse(readFileSync(root + file, 'utf8'));

const folders = readdirSync(`${root}packages`);
const manifests = new Map(folders.map((name) => [name, readJson(`packages/${name}/package.json`)]));
const names = new Map([...manifests].map(([folder, { name }]) => [name, folder]));

describe.each([...manifests])('the package %s', (folder, manifest) => {
  it('stands on one floor, and has every target', () => {
    expect(manifest.nx.tags).toEqual([
      expect.stringMatching(/^floor:(ground|actor|house|view|face)$/),
    ]);
    expect(Object.keys(manifest.nx.targets)).toEqual(['build', 'typecheck', 'test']);
  });

  it('offers its sources under the condition that tests run with', () => {
    const source = { '@lguest-sim/source': './src/index.ts' };
    expect(manifest.exports['.']).toMatchObject(source);
    expect(Object.keys(manifest.exports['.'] ?? {})[0]).toBe('@lguest-sim/source');
  });

  it('says where it comes from, what it is about and what it needs', () => {
    const home = 'https://github.com/lguest-sim/lguest-sim';
    expect(manifest).toMatchObject({
      repository: { type: 'git', url: `git+${home}.git`, directory: `packages/${folder}` },
      homepage: expect.stringMatching(
        new RegExp(`^${home}(/tree/main/packages/${folder})?#readme$`),
      ),
      bugs: { url: `${home}/issues` },
      type: 'module',
      sideEffects: false,
      files: expect.arrayContaining(['dist', 'src']),
      engines: readJson('package.json').engines,
      publishConfig: { access: 'public' },
    });
    expect(manifest.keywords.length).toBeGreaterThanOrEqual(5);
    expect(new Set(manifest.keywords)).toHaveLength(manifest.keywords.length);
  });

  it('carries the licence', () => {
    expect(manifest.license).toBe('GPL-2.0-or-later');
    const own = readFileSync(`${root}packages/${folder}/LICENSE`, 'utf8');
    expect(own).toBe(readFileSync(`${root}LICENSE`, 'utf8'));
  });

  // A reference too few and the compiler reads another package's sources as its
  // own; one too many and nx, which knows dependencies only, builds out of order.
  it('refers to the projects of its dependencies in tsconfig.json, and to no other', () => {
    const needed = Object.keys(manifest.dependencies ?? {})
      .filter((name) => names.has(name))
      .map((name) => `../${names.get(name)}`);
    const { references = [] } = readJson(`packages/${folder}/tsconfig.json`);
    const referred = references.map(({ path }) => path);
    const entries = referred.filter((path) => needed.some((one) => path.startsWith(`${one}/`)));
    expect(referred.sort()).toEqual([...needed, ...entries].sort());
  });
});

describe('what is built', () => {
  it('assigns the fields of classes, as decision 15 says', () => {
    const file = `${root}packages/x86/dist/loaded-words.js`;
    // A field that is defined would stand in the class by itself: `length = 0;`.
    expect(readFileSync(file, 'utf8')).toMatch(/^ +this\.length = 0;$/m);
  });
});
