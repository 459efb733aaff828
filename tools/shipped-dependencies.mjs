// SPDX-License-Identifier: GPL-2.0-or-later
// Lists what the packages ship with from elsewhere, directly and by way of others, and whether any of
// it wants to run something when it is installed. It looks at what is installed, and asks nobody.
import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Scripts that a package manager runs by itself. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];

/**
 * A package from elsewhere that is shipped.
 * @typedef {object} Shipped
 * @property {string} name
 * @property {string} version
 * @property {string} license
 * @property {readonly string[]} installs what it would run, or have built, when it is installed
 * @property {boolean} isPinned whether the lockfile says what its bytes are
 */

/**
 * What this reads of a package.json.
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {string} [license]
 * @property {Record<string, string>} [scripts]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [optionalDependencies]
 */

/** @param {string} directory @returns {Manifest} */
const manifestAt = (directory) => JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));

/**
 * Every package from elsewhere that ours need to run, in order of name.
 * @returns {readonly Shipped[]}
 */
export function shippedDependencies() {
  const lockfile = readFileSync(`${root}pnpm-lock.yaml`, 'utf8');
  /** @type {Map<string, Shipped>} */
  const found = new Map();
  /** @param {string} directory @param {string} beside where its dependencies are */
  const visit = (directory, beside) => {
    const { dependencies = {}, optionalDependencies = {} } = manifestAt(directory);
    for (const [name, range] of Object.entries({ ...dependencies, ...optionalDependencies })) {
      const link = join(beside, name);
      // What is optional need not be there.
      if (range.startsWith('workspace:') || !existsSync(link)) continue;
      const target = realpathSync(link);
      const shipped = describe(target, lockfile);
      const key = `${shipped.name}@${shipped.version}`;
      if (found.has(key)) continue;
      found.set(key, shipped);
      visit(target, target.slice(0, -name.length - 1));
    }
  };
  for (const folder of readdirSync(`${root}packages`)) {
    visit(`${root}packages/${folder}`, `${root}packages/${folder}/node_modules`);
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @param {string} directory @param {string} lockfile @returns {Shipped} */
function describe(directory, lockfile) {
  const { name, version, license = 'none told', scripts = {} } = manifestAt(directory);
  const installs = INSTALL_SCRIPTS.filter((script) => scripts[script] !== undefined);
  // npm builds what has this file, script or not.
  if (existsSync(join(directory, 'binding.gyp'))) installs.push('binding.gyp');
  const entry = `${name}@${version}`.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  const isPinned = new RegExp(`\\n {2}'?${entry}'?:\\n {4}resolution: \\{integrity: sha512-`).test(
    lockfile,
  );
  return { name, version, license, installs, isPinned };
}

if (
  process.argv[1] !== undefined &&
  realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)
) {
  for (const { name, version, license, installs, isPinned } of shippedDependencies()) {
    const needs = installs.length === 0 ? 'installs nothing' : `runs ${installs.join(', ')}`;
    console.log(
      `${name} ${version}  ${license}  ${needs}${isPinned ? '' : '  not in the lockfile'}`,
    );
  }
}
