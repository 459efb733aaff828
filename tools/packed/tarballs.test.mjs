// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { checkPackage } from '@arethetypeswrong/core';
import { problemAffectsResolutionKind } from '@arethetypeswrong/core/problems';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { describe, expect, it } from 'vitest';
import { root } from '../nx.mjs';
import { contentsOf, importsOf } from './contents.mjs';
import { folders, manifestOf } from './tarballs.mjs';

/** How whoever can take an ESM package finds its types: `require` and Node 10 are not served. */
const RESOLUTIONS = /** @type {const} */ (['node16-esm', 'bundler']);

const manifests = folders.map(manifestOf);

/** @param {string} specifier @returns {string} the package that it is of */
const packageOf = (specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '';

/** @param {string} specifier @returns {boolean} whether it goes by an entry that its package offers */
function isOffered(specifier) {
  const ours = manifests.find(({ name }) => name === packageOf(specifier));
  return ours === undefined || `.${specifier.slice(ours.name.length)}` in ours.exports;
}

describe.each(folders)('what is published of %s', (folder) => {
  const { contents, tarball, files, read, manifest } = contentsOf(folder);

  it('is clean under publint', async () => {
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg ?? {}, { color: false }))).toEqual(
      [],
    );
  });

  it('has types that are right, for ESM', async () => {
    const result = await checkPackage(contents, { excludeEntrypoints: [/\.html$/] });
    if (result.types === false) throw new Error('expected types, found none');
    const { problems } = result;
    expect(
      problems.filter((problem) =>
        RESOLUTIONS.some((kind) => problemAffectsResolutionKind(problem, kind, result)),
      ),
    ).toEqual([]);
  });

  it('has a licence, a README and sources', () => {
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'src/index.ts']));
    expect(read('LICENSE')).toBe(readFileSync(`${root}LICENSE`, 'utf8'));
    expect(files.filter((file) => /(^|\/)(test|node_modules|\.tsbuild)\//.test(file))).toEqual([]);
  });

  it('says nothing that only the workspace understands', () => {
    expect(manifest).not.toHaveProperty('nx');
    expect(JSON.stringify(manifest)).not.toMatch(/"(workspace|catalog):|@lguest-sim\/source/);
    const own = Object.entries(manifest.dependencies ?? {}).filter(([to]) => /lguest-sim/.test(to));
    expect(own.filter(([, range]) => range !== manifest.version)).toEqual([]);
  });

  it('imports each of its dependencies, by entries that these offer, and nothing else', () => {
    // The command's bundle has in it what its modules import.
    const modules = files.filter((file) => /^(dist\/(?!bundle\/)|bin\/).*\.(js|d\.ts)$/.test(file));
    const imported = new Set(modules.flatMap((file) => importsOf(read(file))));
    const foreign = [...imported].filter((to) => !to.startsWith('.') && !isBuiltin(to));
    expect([...new Set(foreign.map(packageOf))].sort()).toEqual(
      Object.keys(manifest.dependencies ?? {}).sort(),
    );
    expect(foreign.filter((specifier) => !isOffered(specifier))).toEqual([]);
  });

  it('has source maps that lead to sources', () => {
    const maps = files.filter((file) => file.endsWith('.map'));
    expect(maps.length).toBeGreaterThan(0);
    const lost = maps.flatMap((file) => {
      const { sources, sourcesContent = [], sourceRoot = '' } = JSON.parse(read(file));
      return sources
        .filter(
          (/** @type {string} */ _, /** @type {number} */ i) =>
            typeof sourcesContent[i] !== 'string',
        )
        .map((/** @type {string} */ to) => posix.join(posix.dirname(file), sourceRoot, to))
        .filter((/** @type {string} */ to) => !files.includes(to))
        .map((/** @type {string} */ to) => `${file}: ${to}`);
    });
    expect(lost).toEqual([]);
  });
});
