// SPDX-License-Identifier: GPL-2.0-or-later
// Times the shadow MMU on the workloads of the native figures. Needs a build (`pnpm build`).
//
//   node bench/mmu.mjs [--json] [--fidelity original|mended] [--only NAME] [--format NAME] [--repeats N]
//
// Each is timed in a process of its own: how an engine compiles a function depends on all that it has
// been called with, and what another workload has left behind is nothing that a simulation would meet.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BenchMachine } from './machine.mjs';
import { workloads } from './workloads.mjs';

const WARM_UP_MS = 150;
/** Short, so that on a busy machine some repeats run without an interruption. */
const REPEAT_MS = 1;
const FORMATS = ['two-level', 'pae'];

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    fidelity: { type: 'string', default: 'original' },
    only: { type: 'string' },
    format: { type: 'string' },
    repeats: { type: 'string', default: '201' },
  },
});

const chosen = workloads.filter(({ name }) => (values.only ?? name) === name);
const repeats = Number(values.repeats);
check('--only', values.only, chosen.length > 0, workloads.map(({ name }) => name).join(', '));
check(
  '--fidelity',
  values.fidelity,
  ['original', 'mended'].includes(values.fidelity),
  'original or mended',
);
check('--format', values.format, FORMATS.includes(values.format ?? 'pae'), FORMATS.join(' or '));
check('--repeats', values.repeats, Number.isInteger(repeats) && repeats > 0, 'a number above 0');

function check(option, value, isGood, expected) {
  if (isGood) return;
  console.error(`${option} ${value}: expected ${expected}`);
  process.exit(2);
}

/** Nanoseconds for each of what a workload counts, over `rounds` rounds. */
function time(workload, machine, rounds) {
  const start = process.hrtime.bigint();
  for (let round = 0; round < rounds; round++) workload.round(machine);
  return Number(process.hrtime.bigint() - start) / (rounds * workload.count);
}

function measure(workload, format) {
  const machine = new BenchMachine(format, values.fidelity, workload.userFlags);
  if (workload.prepared) machine.prepareSlots();
  const end = performance.now() + WARM_UP_MS;
  while (performance.now() < end) workload.round(machine);
  const roundNs = time(workload, machine, 10) * workload.count;
  const rounds = Math.max(1, Math.round((REPEAT_MS * 1e6) / roundNs));
  const times = Array.from({ length: repeats }, () => time(workload, machine, rounds));
  times.sort((a, b) => a - b);
  return { medianNs: times[times.length >> 1], bestNs: times[0] };
}

/** What a process of its own finds out. */
function measureApart(name, format) {
  const options = ['--only', name, '--format', format, '--fidelity', values.fidelity];
  const command = [fileURLToPath(import.meta.url), ...options, '--repeats', values.repeats];
  const { status, stdout } = spawnSync(process.execPath, [...command, '--json'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
  return JSON.parse(stdout).results[0];
}

const isAlone = chosen.length === 1 && values.format !== undefined;
const results = [];
for (const workload of chosen) {
  for (const format of FORMATS.filter((name) => (values.format ?? name) === name)) {
    const { medianNs, bestNs } = isAlone
      ? measure(workload, format)
      : measureApart(workload.name, format);
    results.push({ workload: workload.name, format, medianNs, bestNs });
    if (!values.json) {
      const ns = `${medianNs.toFixed(1)} / ${bestNs.toFixed(1)} ns`;
      console.log(`${workload.name.padEnd(16)}${format.padEnd(11)}${ns}`);
    }
  }
}
if (values.json) {
  console.log(JSON.stringify({ schema: 1, fidelity: values.fidelity, results }, undefined, 2));
}
