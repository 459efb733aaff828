// SPDX-License-Identifier: GPL-2.0-or-later
// A new package on the floor of the actors, which builds, lints and passes its tests at once:
//
//   npx nx g ./tools/generators:actor virtio-console --description "A console's device"
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { formatFiles, generateFiles, names, readJson, writeJson } from '@nx/devkit';
import { addToDocs } from './docs.mjs';

/** Whose description of a package a new one's is made from. */
const MODEL = 'switcher';

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {{ name: string, description?: string, skipInstall?: boolean }} options
 * @returns {Promise<() => void>} what is left to do when the files are there
 * @throws {Error} if there is such a package
 */
export default async function actorGenerator(tree, { name, description, skipInstall = false }) {
  const folder = `packages/${name}`;
  if (tree.exists(folder))
    throw new Error(`${folder}: expected a new package, got one that exists`);
  const { className, propertyName } = names(name);
  const does = description ?? `The ${name.replaceAll('-', ' ')} of a simulated machine`;
  const files = fileURLToPath(new URL('files', import.meta.url));
  generateFiles(tree, files, folder, { name, className, propertyName, does });
  tree.write(`${folder}/LICENSE`, tree.read('LICENSE') ?? '');
  writeJson(tree, `${folder}/package.json`, manifest(tree, name, does));
  addToDocs(tree, name, does);
  await formatFiles(tree);
  return () => {
    if (!skipInstall) install(tree);
    refreshGraph(tree);
    console.log(`Next: ${folder}/README.md, and CONTRIBUTING.md on where a change belongs.`);
    console.log('Then, for the API report: npx nx run-many -t build && node tools/api-report.mjs');
  };
}

/**
 * Like that of another actor, whatever a package has to say of itself by now.
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} name
 * @param {string} description
 */
function manifest(tree, name, description) {
  const text = tree.read(`packages/${MODEL}/package.json`, 'utf8') ?? '';
  return {
    ...JSON.parse(text.replaceAll(MODEL, name)),
    description,
    dependencies: { '@lguest-sim/bus': 'workspace:*', xstate: 'catalog:' },
    devDependencies: { rxjs: 'catalog:' },
  };
}

/** @param {import('@nx/devkit').Tree} tree */
function install(tree) {
  const pnpm = readJson(tree, 'package.json').packageManager.split('+')[0];
  const args = ['--yes', pnpm, 'install', '--no-frozen-lockfile', '--prefer-offline'];
  const { status } = spawnSync('npx', args, {
    cwd: tree.root,
    env: { ...process.env, CI: 'true' },
    stdio: 'inherit',
  });
  if (status !== 0) console.error(`The installation failed; run: npx ${args.join(' ')}`);
}

/**
 * The linter reads the graph of projects that nx keeps, in which the package is not yet, nor does this
 * process see it.
 * @param {import('@nx/devkit').Tree} tree
 */
function refreshGraph(tree) {
  const nx = createRequire(import.meta.url).resolve('nx/bin/nx.js');
  spawnSync(process.execPath, [nx, 'show', 'projects'], { cwd: tree.root });
}
