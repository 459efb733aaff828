// SPDX-License-Identifier: GPL-2.0-or-later
import { usageError } from '../errors.js';
import type { CommandSyntax, ParsedArguments } from './command-syntax.js';
import { fidelityNames, optionOf } from './value-syntax.js';
import { choice } from './values.js';

/** What `lguest-sim conform` is asked to do. */
export interface ConformRequest {
  /** Files, directories or `-`. */
  readonly paths: readonly string[];
  readonly fidelity: 'original' | 'mended';
}

/** `lguest-sim conform`. */
export const conformSyntax: CommandSyntax = {
  name: 'conform',
  usage: [
    'lguest-sim conform FILE... [--fidelity original|mended]',
    '',
    'Replays recorded runs of the original page-table code against the shadow MMU',
    'and compares every step. A FILE is plain or gzip; a directory stands for every',
    '*.ndjson and *.ndjson.gz file in it.',
  ].join('\n'),
  options: {
    fidelity: optionOf(
      'Replay with the defects of the original, or with them mended',
      fidelityNames,
      'original',
    ),
  },
  others: { name: 'FILE|DIR', paths: 'files' },
  examples: [
    ['lguest-sim conform traces/', 'every recording in a directory'],
    ['lguest-sim conform a.ndjson --fidelity mended', 'where mending makes a difference'],
  ],
  epilogue: 'Exit code: 0 all equal, 1 some differ, 2 a file or an option is bad.',
  hint: 'see lguest-sim conform --help',
};

/**
 * Makes a request of what was said.
 * @throws CommandError naming what is missing or cannot be
 */
export function readConformOptions({ texts, others }: ParsedArguments): ConformRequest {
  if (others.length === 0 || others.includes('')) {
    throw usageError('expected at least one FILE or directory, got nothing', conformSyntax.hint);
  }
  const fidelity = choice('fidelity', texts['fidelity'] ?? 'original', fidelityNames);
  return { paths: others, fidelity };
}
