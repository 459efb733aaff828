// SPDX-License-Identifier: GPL-2.0-or-later

// `pnpm bench [NAME...] [options]`: builds, then runs benchmarks. Those of single packages have names and
// options of their own; everything else is `lguest-sim bench`.

import { spawnSync } from 'node:child_process';
import { root, runTargets } from './nx.mjs';

/** @type {Readonly<Record<string, string>>} */
const ofPackages = {
  mmu: 'packages/mmu-host/bench/mmu.mjs',
  native: 'packages/mmu-host/bench/native.mjs',
  cpu: 'packages/cpu/bench/hot-loop.mjs',
  trace: 'packages/trace/bench/read-text.mjs',
  decode: 'packages/trace/bench/decode.mjs',
  scale: 'packages/simulation/bench/scale.mjs',
  instructions: 'packages/cli/bench/instructions.mjs',
  others: 'packages/cli/bench/others.mjs',
};

const [name = '', ...options] = process.argv.slice(2);
const file = ofPackages[name];
const command = ['packages/cli/bin/lguest-sim.js', 'bench', name, ...options].filter(Boolean);
const [program = '', ...args] = file === undefined ? command : [file, ...options];
if (!runTargets(['build'], { quiet: true })) {
  process.exitCode = 1;
} else {
  const { status } = spawnSync(process.execPath, [root + program, ...args], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
