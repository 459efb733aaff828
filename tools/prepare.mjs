// SPDX-License-Identifier: GPL-2.0-or-later
// Installs what the workspace needs, and does nothing when nothing has changed.
//
// It runs before `npm start` and `npm test`, on a machine that may have nothing
// but Node and npm, so it imports nothing that is not part of Node. Everything
// it says goes to stderr: stdout belongs to the command that follows.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = `${root}node_modules/.prepared`;
/** @type {{ engines: { node: string }, packageManager: string }} */
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

requireNode(manifest.engines.node.replace('>=', ''));
const wanted = fingerprint();
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  // Without the stamp an install that is cut short is repeated next time.
  rmSync(stamp, { force: true });
  install(manifest.packageManager.split('+')[0] ?? '');
  writeFileSync(stamp, wanted);
}

/**
 * Ends the run when this Node is older than the one asked for.
 * @param {string} oldest such as `20.19`
 */
function requireNode(oldest) {
  const [major = 0, minor = 0] = oldest.split('.').map(Number);
  const [ourMajor = 0, ourMinor = 0] = process.versions.node.split('.').map(Number);
  if (ourMajor > major || (ourMajor === major && ourMinor >= minor)) return;
  console.error(`lguest-sim needs Node ${oldest} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/** One hash over all that decides what an install puts into node_modules. */
function fingerprint() {
  const packages = readdirSync(`${root}packages`)
    .map((name) => `packages/${name}/package.json`)
    .concat('examples/package.json')
    .filter((file) => existsSync(root + file))
    .sort();
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...packages]) {
    hash.update(`${file}\n`).update(readFileSync(root + file));
  }
  return `${hash.digest('hex')}\n`;
}

/**
 * Installs with pnpm, fetched by npx: nobody needs pnpm of their own.
 * @param {string} pnpm such as `pnpm@10.34.9`
 */
function install(pnpm) {
  console.error(`Installing the workspace with ${pnpm} ...`);
  const { status, error } = spawnSync('npx', ['--yes', pnpm, 'install', '--frozen-lockfile'], {
    cwd: root,
    env: { ...process.env, CI: 'true' },
    shell: process.platform === 'win32',
    stdio: ['ignore', 2, 2],
  });
  if (status === 0) return;
  console.error(error?.message ?? 'The install failed; what it said stands above.');
  process.exit(1);
}
