// SPDX-License-Identifier: GPL-2.0-or-later
import { optionError, usageError } from '../errors.js';
import type { OptionSyntax, ParsedArguments } from './command-syntax.js';
import { fileOrDash } from './value-syntax.js';
import { fileName } from './values.js';

/** What a run can be seen in afterwards; each is written to a file, or to standard output. */
export const viewNames = ['series', 'report', 'perfetto', 'inspect'] as const;
export type ViewName = (typeof viewNames)[number];

/** Options for what a run can be seen in. */
export const viewOptions = {
  series: {
    type: 'string',
    describe: 'Write the counts in each interval of virtual time to a CSV file',
    takes: fileOrDash,
  },
  report: {
    type: 'string',
    describe: 'Write a page with plots of the run, for a browser',
    takes: fileOrDash,
  },
  perfetto: {
    type: 'string',
    describe: 'Write a trace that ui.perfetto.dev and chrome://tracing open',
    takes: fileOrDash,
  },
  'perfetto-window': {
    type: 'string',
    describe: 'Only what happens between two cycles, FROM..TO',
    takes: { name: 'FROM..TO' },
  },
  inspect: {
    type: 'string',
    describe:
      "Write what the state machines do as events of xstate's inspectors; or send them to ws://HOST:PORT",
    takes: { name: 'FILE|-|ws://HOST:PORT', paths: 'files' },
  },
} as const satisfies Record<ViewName | 'perfetto-window', OptionSyntax>;

/** What is wanted of a run besides its results. */
export interface ViewRequest {
  /** For each view its file, or `-`. */
  readonly files: Readonly<Partial<Record<ViewName, string>>>;
  /** Cycles in an interval of the series; undefined for as many as fit the run. */
  readonly every: number | undefined;
  /** What the trace for Perfetto is about, in cycles; undefined for the whole run. */
  readonly window: { readonly from: number; readonly to: number } | undefined;
}

/** Reads the options for views. @throws CommandError for an empty name */
export function readViews(texts: ParsedArguments['texts'], every: number | undefined): ViewRequest {
  const files: Partial<Record<ViewName, string>> = {};
  for (const name of viewNames) {
    const text = texts[name];
    if (text !== undefined) files[name] = fileName(name, text);
  }
  return { files, every, window: readWindow(texts) };
}

/** Reads `--perfetto-window`. @throws CommandError for what is none, or without `--perfetto` */
function readWindow(texts: ParsedArguments['texts']): ViewRequest['window'] {
  const text = texts['perfetto-window'];
  if (text === undefined) return undefined;
  const match = /^(\d{1,15})\.\.(\d{1,15})$/.exec(text);
  const [from, to] = [Number(match?.[1]), Number(match?.[2])];
  if (!(from < to))
    throw optionError('perfetto-window', 'FROM..TO in cycles, such as 0..200000', text);
  if (texts['perfetto'] === undefined) {
    throw usageError('--perfetto-window: expected --perfetto FILE beside it, got nothing');
  }
  return { from, to };
}

/**
 * Makes sure that only one thing goes to standard output.
 * @param given for each option its file, in the order in which they are told of
 * @throws CommandError naming the second option
 */
export function checkStandardOutput(given: Readonly<Record<string, string | undefined>>): void {
  const [first, second] = Object.keys(given).filter((option) => given[option] === '-');
  if (second === undefined) return;
  throw usageError(`--${second}: expected a file, got "-", which is where --${first} goes`);
}
