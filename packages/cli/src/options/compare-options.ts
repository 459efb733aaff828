// SPDX-License-Identifier: GPL-2.0-or-later
import { usageError } from '../errors.js';
import type { CommandSyntax, ParsedArguments } from './command-syntax.js';
import { formatOption, readFormat, type Format } from './format-option.js';
import { file } from './value-syntax.js';

/** What `lguest-sim compare` is asked to do. */
export interface CompareRequest {
  /** Result documents. */
  readonly first: string;
  readonly second: string;
  readonly format: Format;
}

/** `lguest-sim compare`. */
export const compareSyntax: CommandSyntax = {
  name: 'compare',
  usage: [
    'lguest-sim compare A.json B.json [--format text|markdown|json]',
    '',
    'Shows two runs side by side, from the result documents that run --json wrote:',
    'settings that differ, then counts, the most notable differences first.',
  ].join('\n'),
  options: { format: formatOption },
  others: file,
  examples: [
    ['lguest-sim compare a.json b.json', 'what B has more or less of than A'],
    ['lguest-sim compare a.json b.json --format markdown', 'the same for a report'],
  ],
  epilogue: [
    'A ratio is that of B to A. A difference of less than a twentieth, or of a few only,',
    'counts as small.',
    '',
    'Exit code: 0 compared, 2 a file or an option is bad.',
  ].join('\n'),
  hint: 'see lguest-sim compare --help',
};

/**
 * Makes a request of what was said.
 * @throws CommandError naming what is missing or cannot be
 */
export function readCompareOptions({ texts, others }: ParsedArguments): CompareRequest {
  const [first = '', second = '', other] = others;
  if (first === '' || second === '') {
    const got = first === '' ? 'nothing' : `only "${first}"`;
    throw usageError(`expected the files of two result documents, got ${got}`, compareSyntax.hint);
  }
  if (other !== undefined) {
    throw usageError(`unexpected argument "${other}" after "${second}"`, compareSyntax.hint);
  }
  return { first, second, format: readFormat(texts) };
}
