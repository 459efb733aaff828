// SPDX-License-Identifier: GPL-2.0-or-later
import type { TimedResult } from '../../src/report/result-file.js';
import { lguestSim } from './command.js';

/** The trace that comes with the command, where a test needs a file. */
export const carriedTrace = new URL('../../traces/sort.lackey.gz', import.meta.url).pathname;

/** Runs `lguest-sim run ... --json -`, which has to go well, and returns its document. */
export async function runResult(args: string[], input: string | Buffer = ''): Promise<TimedResult> {
  const { code, stdout, stderr } = await lguestSim(['run', ...args, '--json', '-'], input);
  if (code !== 0 || stderr !== '') throw new Error(`exit code ${code}: ${stderr}`);
  return JSON.parse(stdout) as TimedResult;
}

/** A document without what differs from one run to the next. */
export function withoutTimes(result: TimedResult): unknown {
  const { wallSeconds, accessesPerSecond, ...rest } = result;
  if (!(wallSeconds > 0 && accessesPerSecond > 0)) throw new Error('a run takes time');
  return rest;
}
