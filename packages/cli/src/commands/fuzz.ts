// SPDX-License-Identifier: GPL-2.0-or-later
import { ExitCode } from '../exit-code.js';
import { Fuzzer } from '../fuzz/fuzzer.js';
import { prepareDirectory, saveFinding } from '../fuzz/save-finding.js';
import { Interruption } from '../interruption.js';
import type { FuzzRequest } from '../options/fuzz-options.js';
import { writeOut } from '../output/standard-output.js';
import { findingText, tallyText } from '../report/fuzz-report.js';

/**
 * `lguest-sim fuzz`: lets hostile guests loose, writes what is found as it is found, and sums up.
 *
 * @returns ok if nothing was found, failed if something was, interrupted if it was to stop
 * @throws CommandError for a directory or file that cannot be written
 */
export async function fuzz(request: FuzzRequest): Promise<ExitCode> {
  const { save } = request;
  if (save !== undefined) await prepareDirectory(save);
  const interruption = new Interruption(() => undefined);
  try {
    const fuzzer = new Fuzzer(request);
    for await (const found of fuzzer.findings(interruption.signal)) {
      const saved = save && (await saveFinding(save, found));
      if (!(await writeOut(findingText(found, request, saved)))) break;
    }
    await writeOut(tallyText(fuzzer.tally));
    if (interruption.signal.aborted) return ExitCode.interrupted;
    return fuzzer.tally.findings.size > 0 ? ExitCode.failed : ExitCode.ok;
  } finally {
    interruption.dispose();
  }
}
