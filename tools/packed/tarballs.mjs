// SPDX-License-Identifier: GPL-2.0-or-later
// Every package as what would be published of it.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../nx.mjs';

/**
 * What a published manifest says, as far as it is looked at here.
 * @typedef {object} PublishedManifest
 * @property {string} name
 * @property {string} version
 * @property {Record<string, string | Record<string, string>>} exports
 * @property {Record<string, string>} [dependencies]
 */

/** Folders below packages/. */
export const folders = readdirSync(`${root}packages`).filter((name) =>
  existsSync(`${root}packages/${name}/package.json`),
);

/** @param {string} folder @returns {PublishedManifest} as it is in the workspace */
export const manifestOf = (folder) =>
  JSON.parse(readFileSync(`${root}packages/${folder}/package.json`, 'utf8'));

/**
 * Packs all packages with the pnpm that the workspace is pinned to: only pnpm knows what
 * `workspace:` and `catalog:` stand for.
 * @param {string} directory where the tarballs go
 * @throws {Error} if they cannot be packed
 */
export function packAll(directory) {
  const { packageManager } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const pnpm = packageManager.split('+')[0];
  const args = ['-r', '--filter', './packages/*', 'pack', '--pack-destination', directory];
  runTool('npx', ['--yes', pnpm, ...args], root);
}

/**
 * @param {string} directory
 * @param {string} folder
 * @returns {string} the path of a package's tarball
 */
export function tarballOf(directory, folder) {
  const { name, version } = manifestOf(folder);
  return join(directory, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
}

/**
 * Runs a tool to its end.
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 * @param {Record<string, string>} [settings] for its environment
 * @returns {string} what it wrote to standard output
 * @throws {Error} with all that it wrote, if it fails
 */
export function runTool(command, args, cwd, settings = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env: { ...ownEnvironment(), ...settings },
    encoding: 'utf8',
    shell: process.platform === 'win32',
    maxBuffer: Infinity,
  });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? ''}\n${stdout}${stderr}`);
}

/** What `npm test` tells its children of this workspace does not hold for another project. */
function ownEnvironment() {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^npm_(package|lifecycle|config_local_prefix)|^INIT_CWD$|^NODE_ENV$/.test(name),
  );
  return { ...Object.fromEntries(inherited), CI: 'true', NO_COLOR: '1', FORCE_COLOR: '0' };
}
