// SPDX-License-Identifier: GPL-2.0-or-later
// `npm start`: builds the command and runs the default simulation, or, as in
// `npm start -- run --trace FILE`, whatever the arguments ask for.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { root, runTargets } from './nx.mjs';

if (runTargets(['build'], { quiet: true })) {
  const given = process.argv.slice(2);
  const command = given.length > 0 ? given : ['run'];
  const child = spawn(process.execPath, [`${root}packages/cli/bin/lguest-sim.js`, ...command], {
    stdio: 'inherit',
  });
  // Ctrl-C reaches both; the command decides how to end, and this waits for it.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.once('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 128 + constants.signals[signal];
  });
} else {
  process.exitCode = 1;
}
