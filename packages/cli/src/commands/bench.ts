// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdtemp, rm } from 'node:fs/promises';
import { arch, availableParallelism, cpus, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExitCode } from '../exit-code.js';
import { readBenchOptions, type BenchRequest } from '../options/bench-options.js';
import type { ParsedArguments } from '../options/command-syntax.js';
import { openOutputTarget } from '../output/output-target.js';
import { writeOut } from '../output/standard-output.js';
import { benchHeading, benchLine, type BenchMachine } from '../report/bench-table.js';
import { version } from '../report/version.js';
import { unlessInterrupted } from './unless-interrupted.js';

/** Schema of the document that `--json` writes. */
const SCHEMA = 'lguest-sim/bench/1';

const command = fileURLToPath(new URL('../../bin/lguest-sim.js', import.meta.url));

/**
 * `lguest-sim bench`: measures, and writes a line for each figure as soon as it is there.
 * @throws CommandError for bad options; whatever a benchmark throws
 */
export async function bench(given: ParsedArguments): Promise<ExitCode> {
  const request = readBenchOptions(given);
  return await unlessInterrupted(async (signal) => {
    const directory = await mkdtemp(join(tmpdir(), 'lguest-sim-bench-'));
    try {
      await measure(request, directory, signal);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
}

async function measure(
  { names, repeats, records, json }: BenchRequest,
  directory: string,
  signal: AbortSignal,
): Promise<void> {
  const { benchmarks } = await import('../bench/benchmarks.js');
  const { runBenchmarks } = await import('../bench/run-benchmarks.js');
  const target = json === undefined ? undefined : await openOutputTarget('json', json, []);
  const isShown = json !== '-';
  const machine = machineOf();
  const chosen = benchmarks.filter(({ name }) => names.length === 0 || names.includes(name));
  if (isShown) await writeOut(benchHeading(machine, repeats));
  const results = [];
  const context = { directory, records, command, signal };
  for await (const result of runBenchmarks(chosen, { context, repeats })) {
    results.push(result);
    if (isShown) await writeOut(benchLine(result));
  }
  const document = { schema: SCHEMA, version: version(), machine, records, results };
  await target?.write(`${JSON.stringify(document, undefined, 2)}\n`);
}

function machineOf(): BenchMachine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    processors: availableParallelism(),
    system: `${platform()} ${arch()}`,
    node: process.version,
  };
}
