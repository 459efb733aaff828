// SPDX-License-Identifier: GPL-2.0-or-later
import { ExitCode } from '../exit-code.js';
import type { Interruption } from '../interruption.js';
import type { OutputTarget } from '../output/output-target.js';
import { writeOut } from '../output/standard-output.js';
import { resultText, type TimedResult } from '../report/result-file.js';
import { summary } from '../report/summary.js';

/** Where the account of a run goes. */
export interface ReportOptions {
  /** Something else takes standard output, and then there is no summary. */
  readonly isQuiet: boolean;
  readonly target: OutputTarget | undefined;
  readonly interruption: Interruption;
}

/** Tells what a run came to, and returns the exit code for it. */
export async function report(
  result: TimedResult,
  { isQuiet, target, interruption }: ReportOptions,
): Promise<ExitCode> {
  if (!isQuiet) await writeOut(summary(result));
  await target?.write(resultText(result));
  return interruption.signal.aborted ? ExitCode.interrupted : ExitCode.ok;
}
