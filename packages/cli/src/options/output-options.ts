// SPDX-License-Identifier: GPL-2.0-or-later
import { optionError, usageError } from '../errors.js';
import type { CheckpointRequest } from '../recording/checkpoint-target.js';
import type { OptionSyntax, ParsedArguments } from './command-syntax.js';
import { cycles, directory, file, fileOrDash } from './value-syntax.js';
import { fileName, wholeNumber } from './values.js';
import { checkStandardOutput } from './view-options.js';

/** Cycles of virtual time from one checkpoint to the next, unless told otherwise. */
export const DEFAULT_EVERY = 100_000_000;

const everyRange = [1_000, 10 ** 15] as const;

/** Options of every command that runs a simulation, for what comes out of it. */
export const outputOptions = {
  json: {
    type: 'string',
    describe: 'Write the result document to a file; - is standard output, then without summary',
    takes: fileOrDash,
  },
  events: {
    type: 'string',
    describe: 'Write every message to an event log; - is standard output, then without summary',
    takes: fileOrDash,
  },
  checkpoint: {
    type: 'string',
    describe: 'Keep a file from which lguest-sim resume goes on',
    takes: file,
  },
  every: {
    type: 'string',
    describe: 'Cycles of virtual time from one checkpoint, or line of --series, to the next',
    defaultDescription: `${DEFAULT_EVERY}; of --series what fits the run`,
    takes: cycles,
  },
  quiet: {
    type: 'boolean',
    describe: 'No progress bar (there is one only on a terminal)',
  },
  plugin: {
    type: 'string',
    array: true,
    describe: 'ES modules with plug-ins, whose code is run: see docs/plugins.md',
    takes: file,
  },
  'trace-dir': {
    type: 'string',
    describe: 'Directory to look for the traces in, in place of the current one',
    takes: directory,
  },
} as const satisfies Record<string, OptionSyntax>;

/**
 * The files of `--plugin`.
 * @throws CommandError for one without a name
 */
export function readPluginFiles({ lists }: Pick<ParsedArguments, 'lists'>): readonly string[] {
  const given = lists['plugin'];
  if (given === undefined) return [];
  if (given.length === 0) throw optionError('plugin', 'the name of a file', '');
  return given.map((text) => {
    if (text === '' || text === '-') throw optionError('plugin', 'the name of a file', text);
    return text;
  });
}

/** Where documents go: a file, or `-`. */
export interface Outputs {
  readonly json: string | undefined;
  readonly events: string | undefined;
}

/** Reads `--json` and `--events`. @throws CommandError for an empty name, or for `-` twice */
export function readOutputs({ json, events }: ParsedArguments['texts']): Outputs {
  if (json !== undefined) fileName('json', json);
  if (events !== undefined) fileName('events', events);
  checkStandardOutput({ json, events });
  return { json, events };
}

/**
 * Reads `--checkpoint` and `--every`.
 * @throws CommandError for `-`, and for an interval without anything that has one
 */
export function readCheckpointRequest(
  texts: ParsedArguments['texts'],
  hint: string,
): CheckpointRequest | undefined {
  const path = texts['checkpoint'];
  const every = readEvery(texts);
  if (path === undefined) {
    if (every === undefined || texts['series'] !== undefined) return undefined;
    throw usageError(
      '--every: expected --checkpoint or --series FILE beside it, got nothing',
      hint,
    );
  }
  if (texts['events'] === '-') {
    throw usageError('--events: expected a file beside --checkpoint, got "-": what is out is out');
  }
  return { path: checkpointName(path), every: every ?? DEFAULT_EVERY };
}

/** Reads `--every` alone. @throws CommandError for what is no interval */
export function readEvery({ every }: ParsedArguments['texts']): number | undefined {
  return every === undefined ? undefined : wholeNumber('every', every, everyRange);
}

/** The name of a checkpoint's file. @throws CommandError for one that stands for no file */
export function checkpointName(path: string): string {
  if (path === '-' || path === '') throw optionError('checkpoint', 'a file name', path);
  return path;
}
