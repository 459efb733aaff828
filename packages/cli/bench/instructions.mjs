// SPDX-License-Identifier: GPL-2.0-or-later

// How many compiled instructions a world switch takes, and in which functions: a figure that the machine's
// noise does not reach. Two runs of different length under callgrind; what the longer one has more, for each
// world switch that it has more. Takes some five minutes, and needs valgrind (apt-get install valgrind).
//
//   node bench/instructions.mjs [--top 40]

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { optimisedInstructions } from './callgrind.mjs';

const command = fileURLToPath(new URL('../bin/lguest-sim.js', import.meta.url));
const valgrind = ['--tool=callgrind', '--dump-instr=yes', '--smc-check=all-non-file'];
// One thread, as a compiler on another would not get on while the first is simulated.
const node = ['--perf-basic-prof', '--single-threaded', '--no-concurrent-recompilation'];

const { values } = parseArgs({ options: { top: { type: 'string', default: '40' } } });
if (spawnSync('valgrind', ['--version']).error === undefined) {
  const directory = mkdtempSync(join(tmpdir(), 'lguest-sim-instructions-'));
  try {
    print(count(20_000, directory), count(40_000, directory), Number(values.top));
  } finally {
    rmSync(directory, { recursive: true });
  }
} else {
  console.error('valgrind: not found; expected it to be installed (apt-get install valgrind)');
  process.exitCode = 1;
}

/**
 * Runs a guest of which almost every access faults.
 * @param {number} accesses of each process
 * @param {string} directory for what is written meanwhile
 */
function count(accesses, directory) {
  const scenario = join(directory, 'faults.yaml');
  const result = join(directory, 'result.json');
  const counted = join(directory, 'callgrind.out');
  const pattern = `{pattern: switch-ring, processes: 6, pages: 512, accesses: ${accesses}, turn: 512}`;
  writeFileSync(scenario, `name: faults\nprocesses: [${pattern}]\n`);
  const args = [...valgrind, `--callgrind-out-file=${counted}`, process.execPath, ...node, command];
  const run = [...args, 'run', scenario, '--quiet', '--json', result];
  const { status, stderr } = spawnSync('valgrind', run, {
    cwd: directory,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`valgrind: ${stderr}`);
  /** @type {{ totals: { worldSwitches: number } }} */
  const { totals } = JSON.parse(readFileSync(result, 'utf8'));
  return { worldSwitches: totals.worldSwitches, functions: optimisedInstructions(counted) };
}

/**
 * @param {ReturnType<typeof count>} short
 * @param {ReturnType<typeof count>} long
 * @param {number} top functions to show
 */
function print(short, long, top) {
  const switches = long.worldSwitches - short.worldSwitches;
  const rows = [...long.functions].map(([name, instructions]) => {
    return { name, each: (instructions - (short.functions.get(name) ?? 0)) / switches };
  });
  const sum = rows.reduce((total, { each }) => total + each, 0);
  console.log(`${sum.toFixed(0)} compiled instructions a world switch, over ${switches} of them`);
  for (const { name, each } of rows.sort((a, b) => b.each - a.each).slice(0, top)) {
    console.log(`${each.toFixed(0).padStart(7)}  ${name}`);
  }
}
