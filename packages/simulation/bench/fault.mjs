// SPDX-License-Identifier: GPL-2.0-or-later
// How long one fault's round trip takes: miss, walk, trap, Switcher out, host, shadow MMU, Switcher
// in, retry; and a hypercall's that sets one entry. Every message is on the bus, every machine in its
// true state.
//
//     node packages/simulation/bench/fault.mjs [REPEATS] [--json]
//
// 9 repeats unless given; the first warms the compiler up and is not counted. The packages must have
// been built.
import { Hypercall, Register } from '@lguest-sim/abi';
import { Simulation } from '@lguest-sim/simulation';
import { patternTree } from '@lguest-sim/trace';

const isJson = process.argv.includes('--json');
const [repeats = 9] = process.argv.slice(2).flatMap((text) => Number(text) || []);
const PAGE_FAULT = 14;
const HYPERCALL = 31;
/** No timer interrupts, of the host's or the guest's. */
const config = { slice: 1e9, guestSlice: 1e9 };

/** Runs a pattern; `measure` is given the CPU at each of its exits, and delivers that. */
async function run(pattern, options, measure) {
  const simulation = new Simulation(config, [patternTree(pattern, options)]);
  const [cpu] = simulation['host'].cpus;
  const deliver = cpu.deliver.bind(cpu);
  cpu.deliver = () => measure(cpu.core, deliver);
  await simulation.run();
  await simulation.close();
}

/**
 * Round trips of faults, in nanoseconds. Their processes come back after their slot was taken over:
 * each page is in the guest's table and in no shadow table. From one such exit to the next it is one
 * round and the access that was retried.
 */
async function faults() {
  const times = [];
  let before = 0;
  let wasFault = false;
  await run(
    'switch-ring',
    { processes: 6, pages: 512, accesses: 40_000, turn: 512 },
    ({ exitVector }, deliver) => {
      const now = performance.now();
      const isFault = exitVector === PAGE_FAULT;
      if (isFault && wasFault) times.push((now - before) * 1e6);
      wasFault = isFault;
      before = now;
      deliver();
    },
  );
  return times;
}

/** SET_PTE for pages that a process touches for the first time: from the trap to the way back in. */
async function hypercalls() {
  const times = [];
  await run('map-loop', { pages: 4000, accesses: 40_000 }, (core, deliver) => {
    const isCall =
      core.exitVector === HYPERCALL && core.registers[Register.eax] === Hypercall.setPte;
    const before = performance.now();
    deliver();
    if (isCall) times.push((performance.now() - before) * 1e6);
  });
  return times;
}

/** Median and 99th percentile of one repeat. */
function percentiles(times) {
  const sorted = Float64Array.from(times).sort();
  const at = (share) => Math.round(sorted[Math.floor((sorted.length - 1) * share)]);
  return { count: sorted.length, median: at(0.5), p99: at(0.99) };
}

/** Median and spread over the repeats. */
function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], least: sorted[0], most: sorted.at(-1) };
}

/** Measures one thing, again and again. */
async function repeated(measure) {
  const all = [];
  for (let repeat = 0; repeat <= repeats; repeat++) all.push(percentiles(await measure()));
  const counted = all.slice(1);
  return {
    count: counted[0].count,
    medianNanoseconds: spread(counted.map(({ median }) => median)),
    p99Nanoseconds: spread(counted.map(({ p99 }) => p99)),
  };
}

const result = {
  schema: 'lguest-sim/bench-fault/1',
  repeats,
  fault: await repeated(faults),
  setPte: await repeated(hypercalls),
};

if (isJson) {
  console.log(JSON.stringify(result, undefined, 2));
} else {
  const tell = ({ median, least, most }) => `${median} ns (${least} to ${most})`;
  for (const [name, times] of [
    ['fault', result.fault],
    ['SET_PTE', result.setPte],
  ]) {
    const { count, medianNanoseconds, p99Nanoseconds } = times;
    console.log(`${name}: median ${tell(medianNanoseconds)}, 99 % ${tell(p99Nanoseconds)}`);
    console.log(`  ${count} a repeat, ${repeats} repeats`);
  }
}
