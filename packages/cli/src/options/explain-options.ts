// SPDX-License-Identifier: GPL-2.0-or-later
import type { Wanted } from '@lguest-sim/views';
import { optionError, usageError } from '../errors.js';
import type { CommandSyntax, OptionSyntax, ParsedArguments } from './command-syntax.js';
import { formatOption, readFormat, type Format } from './format-option.js';
import { readRunOptions, type RunRequest } from './run-options.js';
import { runSyntax } from './run-syntax.js';
import { aNumber } from './value-syntax.js';
import { wholeNumber } from './values.js';

/** What `lguest-sim explain` is asked to do. */
export interface ExplainRequest {
  /** What is run, and on which machine. */
  readonly run: RunRequest;
  readonly wanted: Wanted;
  readonly format: Format;
}

const range = [1, 10 ** 12] as const;

/** Options of `run` that are about what comes out of it. */
const outputs = ['json', 'events', 'checkpoint', 'every', 'series', 'report', 'perfetto'].concat(
  'perfetto-window',
  'inspect',
  'quiet',
);

const machine = Object.fromEntries(
  Object.entries(runSyntax.options).filter(([name]) => !outputs.includes(name)),
);

const own = {
  fault: { type: 'string', describe: 'Which page fault of the run, from 1', takes: aNumber },
  vaddr: {
    type: 'string',
    describe: 'The first fault in the page of this address, or the --fault-th',
    takes: { name: 'ADDRESS' },
  },
  migration: {
    type: 'string',
    describe: 'Which migration of a guest to another CPU, from 1',
    takes: aNumber,
  },
  format: formatOption,
} as const satisfies Record<string, OptionSyntax>;

/** `lguest-sim explain`. */
export const explainSyntax: CommandSyntax = {
  name: 'explain',
  usage: [
    'lguest-sim explain [SCENARIO] [--trace FILE...] [--fault N | --vaddr ADDR | --migration N]',
    '',
    'Runs a simulation up to one event and tells that step by step, with every entry,',
    'check and change: the first page fault of a process, or the one that is named.',
  ].join('\n'),
  options: { ...own, ...machine },
  grouped: runSyntax.grouped ?? [],
  ...(runSyntax.others && { others: runSyntax.others }),
  examples: [
    ['lguest-sim explain', 'the first page fault of a process'],
    ['lguest-sim explain zipf --fault 300', 'the 300th page fault of the run'],
    ['lguest-sim explain --vaddr 0x10000000 --fault 2', 'the second one in a page'],
    ['lguest-sim explain --migration 1 --format markdown', 'how a guest gets to another CPU'],
  ],
  epilogue: [
    'A star marks what a step has changed: the value before, and the one after. Colours',
    'are for terminals only, and not where NO_COLOR is set.',
    '',
    'Exit code: 0 told, 2 an option or a trace is bad, or there is no such event, 130',
    'ended by Ctrl-C.',
  ].join('\n'),
  hint: 'see lguest-sim explain --help',
};

/**
 * Makes a request of what was said.
 * @throws CommandError naming the option that cannot be, and what was expected
 */
export function readExplainOptions(parsed: ParsedArguments): ExplainRequest {
  const { texts } = parsed;
  return { run: readRunOptions(parsed), wanted: readWanted(texts), format: readFormat(texts) };
}

function readWanted({ fault, vaddr, migration }: ParsedArguments['texts']): Wanted {
  if (migration !== undefined) {
    const other = fault === undefined ? (vaddr === undefined ? undefined : 'vaddr') : 'fault';
    if (other !== undefined) {
      throw usageError(
        `--${other}: expected either this or --migration, got both`,
        explainSyntax.hint,
      );
    }
    return { kind: 'migration', number: wholeNumber('migration', migration, range) };
  }
  const number = fault === undefined ? 1 : wholeNumber('fault', fault, range);
  if (vaddr !== undefined) return { kind: 'fault', number, page: pageOf(vaddr) };
  return fault === undefined ? { kind: 'fault', number, user: true } : { kind: 'fault', number };
}

function pageOf(text: string): number {
  const address = /^0x[0-9a-f]{1,8}$/i.test(text) ? Number(text) : NaN;
  if (Number.isNaN(address)) throw optionError('vaddr', 'an address such as 0x08049123', text);
  return Math.floor(address / 4096);
}
