// SPDX-License-Identifier: GPL-2.0-or-later
import { ExitCode } from '../exit-code.js';
import { readResultDocument } from '../input/result-document.js';
import type { CompareRequest } from '../options/compare-options.js';
import { writeOut } from '../output/standard-output.js';
import { comparisonText } from '../report/comparison-text.js';

/**
 * `lguest-sim compare`: shows two runs side by side.
 *
 * @throws CommandError for a file that is no result document
 */
export async function compare({ first, second, format }: CompareRequest): Promise<ExitCode> {
  const { compareResults } = await import('@lguest-sim/views');
  const [one, other] = [await readResultDocument(first), await readResultDocument(second)];
  await writeOut(comparisonText(compareResults(one, other), [first, second], format));
  return ExitCode.ok;
}
