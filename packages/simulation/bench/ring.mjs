// SPDX-License-Identifier: GPL-2.0-or-later
// How many context switches a second a guest makes whose processes are more than there are slots:
// each switch evicts a shadow table as a rule, and faults fill it again.
//
//     node packages/simulation/bench/ring.mjs [PROCESSES] [REPEATS] [--json]
//
// 16 processes and 9 repeats unless given; the first repeat warms the compiler up and is not
// counted. CPU time is given beside wall time, because on a machine that does other things as well
// only the former says much. The packages must have been built.
import { Simulation } from '@lguest-sim/simulation';
import { patternTree } from '@lguest-sim/trace';

const isJson = process.argv.includes('--json');
const [processes = 16, repeats = 9] = process.argv.slice(2).flatMap((text) => Number(text) || []);
const PATTERN = { processes, pages: 4, accesses: 20_000, turn: 16 };

/** Runs the ring once. */
async function run() {
  const simulation = new Simulation({}, [patternTree('switch-ring', PATTERN)]);
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  await simulation.run();
  const wallSeconds = (performance.now() - before) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const { totals, guests } = simulation.result();
  await simulation.close();
  const switches = guests[0].processes.reduce((sum, each) => sum + each.contextSwitches, 0);
  const { slotEvictions, shadowFills } = totals;
  const { messages } = simulation;
  return {
    counts: { switches, slotEvictions, shadowFills, messages },
    perSecond: switches / wallSeconds,
    perCpuSecond: (switches * 1e6) / (user + system),
  };
}

/** Median and spread of what the repeats gave. */
function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], least: sorted[0], most: sorted.at(-1) };
}

const runs = [];
for (let repeat = 0; repeat < repeats + 1; repeat++) runs.push(await run());
runs.shift();

const result = {
  schema: 'lguest-sim/bench-ring/1',
  pattern: PATTERN,
  repeats,
  ...runs[0].counts,
  switchesPerSecond: spread(runs.map(({ perSecond }) => perSecond)),
  switchesPerCpuSecond: spread(runs.map(({ perCpuSecond }) => perCpuSecond)),
};

if (isJson) {
  console.log(JSON.stringify(result, undefined, 2));
} else {
  const { switches, slotEvictions, shadowFills, messages } = result;
  console.log(`${processes} processes, ${switches} context switches, ${slotEvictions} evictions,`);
  console.log(`${shadowFills} shadow fills, ${messages} messages, ${repeats} repeats`);
  const tell = (name, { median, least, most }) =>
    console.log(`${name}: ${Math.round(median)} (${Math.round(least)} to ${Math.round(most)})`);
  tell('context switches a second', result.switchesPerSecond);
  tell('context switches a CPU-second', result.switchesPerCpuSecond);
}
