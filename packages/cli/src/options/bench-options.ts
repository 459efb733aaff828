// SPDX-License-Identifier: GPL-2.0-or-later
import { usageError } from '../errors.js';
import type { CommandSyntax, ParsedArguments } from './command-syntax.js';
import { aNumber, fileOrDash } from './value-syntax.js';
import { fileName, wholeNumber } from './values.js';

/** The benchmarks there are, by kind. */
const byKind = {
  'Whole runs': ['short', 'text', 'packed'],
  Decoding: ['decode-text', 'decode-packed', 'decode-packets'],
  'Round trips': ['fault', 'fault-99', 'set-pte', 'set-pte-99'],
  Switches: ['ring'],
  'The machine': ['machine', 'machine-99', 'machine-wide'],
} as const;

export type BenchmarkName = (typeof byKind)[keyof typeof byKind][number];

/** Names of all benchmarks, in the order in which they are run. */
export const benchmarkNames: readonly BenchmarkName[] = Object.values(byKind).flat();

/** What `lguest-sim bench` is asked to do. */
export interface BenchRequest {
  /** Names of benchmarks; none stands for all. */
  readonly names: readonly string[];
  readonly repeats: number;
  readonly records: number;
  readonly json: string | undefined;
}

const DEFAULT_REPEATS = 9;
const DEFAULT_RECORDS = 8_000_000;

/** `lguest-sim bench`. */
export const benchSyntax: CommandSyntax = {
  name: 'bench',
  usage: [
    'lguest-sim bench [NAME...] [--repeats N] [--records N] [--json FILE|-]',
    '',
    'Measures how fast the simulator is on this machine, and shows for each figure',
    'its median and spread over the repeats next to what the project aims at.',
    '',
    ...Object.entries(byKind).map(([kind, names]) => `${`${kind}:`.padEnd(13)}${names.join(', ')}`),
  ].join('\n'),
  options: {
    repeats: {
      type: 'string',
      describe: 'Measurements of each, after one to warm up: 3 to 1000',
      takes: aNumber,
      defaultDescription: String(DEFAULT_REPEATS),
    },
    records: {
      type: 'string',
      describe: 'Records that the long traces have at least: copies of a recorded one, joined',
      takes: aNumber,
      defaultDescription: String(DEFAULT_RECORDS),
    },
    json: {
      type: 'string',
      describe: 'Write the figures to a file as well; - for standard output',
      takes: fileOrDash,
    },
  },
  others: { name: 'NAME', words: benchmarkNames },
  examples: [
    ['lguest-sim bench', 'everything, in some minutes'],
    ['lguest-sim bench fault ring --repeats 21', 'two of them, more carefully'],
  ],
  epilogue: 'Exit code: 0 measured, 2 an option is bad. A missed aim is no failure.',
  hint: 'see lguest-sim bench --help',
};

/**
 * Makes a request of what was said.
 * @throws CommandError naming what cannot be
 */
export function readBenchOptions({ texts, others }: ParsedArguments): BenchRequest {
  const known: readonly string[] = benchmarkNames;
  const unknown = others.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw usageError(
      `expected names of benchmarks (${known.join(', ')}), got "${unknown}"`,
      benchSyntax.hint,
    );
  }
  const { json } = texts;
  return {
    names: others,
    repeats: wholeNumber('repeats', texts['repeats'] ?? String(DEFAULT_REPEATS), [3, 1000]),
    records: wholeNumber('records', texts['records'] ?? String(DEFAULT_RECORDS), [1, 1e9]),
    json: json === undefined ? undefined : fileName('json', json),
  };
}
