// SPDX-License-Identifier: GPL-2.0-or-later
import { ExitCode } from '../exit-code.js';
import type { Interruption } from '../interruption.js';
import type { OutputTarget } from '../output/output-target.js';
import { writeOut } from '../output/standard-output.js';
import { resultText, type TimedResult } from '../report/result-file.js';
import { summary } from '../report/summary.js';

/** Where the account of a run goes. */
export interface ReportOptions {
  /** `-` for one of them takes standard output, and then there is no summary. */
  readonly json: string | undefined;
  readonly events: string | undefined;
  readonly target: OutputTarget | undefined;
  readonly interruption: Interruption;
}

/** Tells what a run came to, and returns the exit code for it. */
export async function report(
  result: TimedResult,
  { json, events, target, interruption }: ReportOptions,
): Promise<ExitCode> {
  if (json !== '-' && events !== '-') await writeOut(summary(result));
  await target?.write(resultText(result));
  return interruption.signal.aborted ? ExitCode.interrupted : ExitCode.ok;
}
