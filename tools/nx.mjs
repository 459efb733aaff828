// SPDX-License-Identifier: GPL-2.0-or-later
// Runs nx for the other tools, from the workspace's own node_modules.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The workspace's folder, with a slash at its end. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs the targets in every project that has them. nx shows the output of what
 * fails, and one line for each target that passes.
 * @param {string[]} targets
 * @param {{ quiet?: boolean }} [options] quiet: say nothing unless something fails
 * @returns {boolean} whether all went well
 */
export function runTargets(targets, { quiet = false } = {}) {
  const nx = createRequire(import.meta.url).resolve('nx/bin/nx.js');
  const args = [nx, 'run-many', '-t', ...targets];
  const { status, error, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    maxBuffer: Infinity,
  });
  if (error) throw error;
  if (status !== 0 && quiet) {
    process.stderr.write(stdout);
    process.stderr.write(stderr);
  }
  return status === 0;
}
