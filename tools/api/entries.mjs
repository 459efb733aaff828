// SPDX-License-Identifier: GPL-2.0-or-later
// What can be imported of the packages: their entries, read from the `exports` of each package.json.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../nx.mjs';

/**
 * One of them.
 * @typedef {object} Entry
 * @property {string} name folder of the package, and behind a dot the name of the entry if it is not the main one
 * @property {string} package name of the package
 * @property {string} folder the package's, an absolute path
 * @property {boolean} isMain
 * @property {string} source its TypeScript, an absolute path
 * @property {string} types its declarations once it is built: ditto
 */

/** @type {readonly Entry[]} in the order of their names */
export const entries = readdirSync(`${root}packages`)
  .sort()
  .flatMap((name) => entriesOf(name));

/** @param {string} name @returns {Entry[]} */
function entriesOf(name) {
  const folder = join(root, 'packages', name);
  if (!existsSync(join(folder, 'package.json'))) return [];
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return Object.entries(manifest.exports).flatMap(([path, places]) => {
    const { '@lguest-sim/source': source, types } = places;
    if (source === undefined || types === undefined) return [];
    const isMain = path === '.';
    return {
      name: isMain ? name : `${name}.${path.slice('./'.length)}`,
      package: manifest.name,
      folder,
      isMain,
      source: join(folder, source),
      types: join(folder, types),
    };
  });
}
