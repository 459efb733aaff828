// SPDX-License-Identifier: GPL-2.0-or-later

// How many compiled instructions something takes, and in which functions: a figure that the machine's noise
// does not reach. Two runs of different length under callgrind; what the longer one has more, for each time that
// it happens more. Takes some five minutes, and needs valgrind (apt-get install valgrind).
//
//   node bench/instructions.mjs [faults|ring] [--top 40]
//
//   faults   a world switch, where almost every access faults
//   ring     a context switch of 16 processes over 4 slots, as in `lguest-sim bench ring`

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

/** @typedef {{ totals: { worldSwitches: number }, guests: { processes: { contextSwitches: number }[] }[] }} Result */
/**
 * Accesses of each process in the shorter and in the longer run, and what is counted.
 * @type {Readonly<Record<string, { pattern: string, accesses: readonly [number, number], unit: string, times: (result: Result) => number }>>}
 */
const workloads = {
  faults: {
    pattern: 'switch-ring, processes: 6, pages: 512, turn: 512',
    accesses: [20_000, 40_000],
    unit: 'world switch',
    times: ({ totals }) => totals.worldSwitches,
  },
  ring: {
    pattern: 'switch-ring, processes: 16, pages: 4, turn: 16',
    accesses: [8000, 16_000],
    unit: 'context switch',
    times: ({ guests }) =>
      guests[0].processes.reduce((sum, { contextSwitches }) => sum + contextSwitches, 0),
  },
};

const { values, positionals } = parseArgs({
  options: { top: { type: 'string', default: '40' } },
  allowPositionals: true,
});
const [name = 'faults'] = positionals;
const workload = workloads[name];
if (workload === undefined) {
  fail(`${name}: expected one of ${Object.keys(workloads).join(', ')}`);
} else if (spawnSync('valgrind', ['--version']).error !== undefined) {
  fail('valgrind: not found; expected it to be installed (apt-get install valgrind)');
} else {
  const directory = mkdtempSync(join(tmpdir(), 'lguest-sim-instructions-'));
  try {
    const [short, long] = workload.accesses;
    print(count(short, directory), count(long, directory), Number(values.top));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** @param {string} message */
function fail(message) {
  console.error(message);
  process.exitCode = 1;
}

/**
 * @param {number} accesses of each process
 * @param {string} directory for what is written meanwhile
 */
function count(accesses, directory) {
  const scenario = join(directory, 'scenario.yaml');
  const result = join(directory, 'result.json');
  const counted = join(directory, 'callgrind.out');
  const pattern = `{pattern: ${workload.pattern}, accesses: ${accesses}}`;
  writeFileSync(scenario, `name: ${name}\nprocesses: [${pattern}]\n`);
  const args = [...valgrind, `--callgrind-out-file=${counted}`, process.execPath, ...node, command];
  const run = [...args, 'run', scenario, '--quiet', '--json', result];
  const { status, stderr } = spawnSync('valgrind', run, {
    cwd: directory,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`valgrind: ${stderr}`);
  const times = workload.times(JSON.parse(readFileSync(result, 'utf8')));
  return { times, functions: optimisedInstructions(counted) };
}

/**
 * @param {ReturnType<typeof count>} short
 * @param {ReturnType<typeof count>} long
 * @param {number} top functions to show
 */
function print(short, long, top) {
  const times = long.times - short.times;
  const rows = [...long.functions].map(([name, instructions]) => {
    return { name, each: (instructions - (short.functions.get(name) ?? 0)) / times };
  });
  const sum = rows.reduce((total, { each }) => total + each, 0);
  console.log(`${sum.toFixed(0)} compiled instructions a ${workload.unit}, over ${times} of them`);
  for (const { name, each } of rows.sort((a, b) => b.each - a.each).slice(0, top)) {
    console.log(`${each.toFixed(0).padStart(7)}  ${name}`);
  }
}
