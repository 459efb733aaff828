// SPDX-License-Identifier: GPL-2.0-or-later
// What is in a package's tarball.
import { readFileSync } from 'node:fs';
import { createPackageFromTarballData } from '@arethetypeswrong/core';
import ts from 'typescript';
import { packed } from './packed.mjs';
import { manifestOf, tarballOf } from './tarballs.mjs';

/** @param {string} folder of a package */
export function contentsOf(folder) {
  const tarball = readFileSync(tarballOf(packed.tarballs, folder));
  const contents = createPackageFromTarballData(tarball);
  const home = `/node_modules/${manifestOf(folder).name}`;
  /** @param {string} file */
  const read = (file) => contents.readFile(`${home}/${file}`);
  return {
    contents,
    tarball: new Uint8Array(tarball).buffer,
    files: contents.listFiles(home).map((file) => file.slice(home.length + 1)),
    read,
    manifest: JSON.parse(read('package.json')),
  };
}

/**
 * What a module imports or re-exports, by whatever way.
 * @param {string} code of TypeScript, declarations or JavaScript
 * @returns {string[]}
 */
export function importsOf(code) {
  return ts.preProcessFile(code, true, true).importedFiles.map(({ fileName }) => fileName);
}
