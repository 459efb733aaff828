// SPDX-License-Identifier: GPL-2.0-or-later
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { carriedTrace } from '../input/trace-inputs.js';
import type { BenchContext, Benchmark } from './benchmark.js';
import { joinedPacked, joinedText } from './joined-trace.js';

const execute = promisify(execFile);

/** Runs a trace in a process of its own, so that the compiler starts anew each time, as for users. */
async function rate(context: BenchContext, trace: string): Promise<number> {
  const { command, signal } = context;
  const args = [command, 'run', '--trace', trace, '--cpus', '1', '--quiet', '--json', '-'];
  const { stdout } = await execute(process.execPath, args, { signal, maxBuffer: 2 ** 26 });
  return (JSON.parse(stdout) as { accessesPerSecond: number }).accessesPerSecond;
}

/** The whole of a simulation: guest kernel, faults, hypercalls, Switcher, every count. */
export const wholeRuns: readonly Benchmark[] = [
  {
    name: 'short',
    title: 'whole run of sort.lackey.gz, boot included',
    unit: 'accesses/s',
    aim: 4e6,
    measure: async (context) => await rate(context, carriedTrace),
  },
  {
    name: 'text',
    title: 'whole run of a long trace, as text',
    unit: 'accesses/s',
    aim: 20e6,
    measure: async (context) => await rate(context, await joinedText(context)),
  },
  {
    name: 'packed',
    title: 'whole run of the same trace, packed',
    unit: 'accesses/s',
    aim: 40e6,
    measure: async (context) => await rate(context, await joinedPacked(context)),
  },
];
