// SPDX-License-Identifier: GPL-2.0-or-later

// `pnpm bench NAME [options]`: builds, then runs one of the benchmarks. The options are its own.

import { spawnSync } from 'node:child_process';
import { root, runTargets } from './nx.mjs';

/** @type {Readonly<Record<string, string>>} */
const benchmarks = {
  mmu: 'packages/mmu-host/bench/mmu.mjs',
  cpu: 'packages/cpu/bench/hot-loop.mjs',
  trace: 'packages/trace/bench/read-text.mjs',
  decode: 'packages/trace/bench/decode.mjs',
  ring: 'packages/simulation/bench/ring.mjs',
  scale: 'packages/simulation/bench/scale.mjs',
};

const [name = '', ...options] = process.argv.slice(2);
const file = benchmarks[name];
if (file === undefined) {
  console.error(`bench: expected one of ${Object.keys(benchmarks).join(', ')}, got '${name}'`);
  process.exitCode = 2;
} else if (!runTargets(['build'], { quiet: true })) {
  process.exitCode = 1;
} else {
  const { status } = spawnSync(process.execPath, [root + file, ...options], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
