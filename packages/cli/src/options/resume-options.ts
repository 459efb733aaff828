// SPDX-License-Identifier: GPL-2.0-or-later
import { usageError } from '../errors.js';
import type { CommandSyntax, ParsedArguments } from './command-syntax.js';
import {
  checkpointName,
  outputOptions,
  readEvery,
  readOutputs,
  readPluginFiles,
} from './output-options.js';
import { cycles, file, fileOrDash } from './value-syntax.js';
import { fileName } from './values.js';

/** What `lguest-sim resume` is asked to do. */
export interface ResumeRequest {
  /** The checkpoint to go on from. */
  readonly from: string;
  readonly json: string | undefined;
  /** Where the event log is or goes; null for none, undefined for where it was. */
  readonly events: string | null | undefined;
  /** Where further checkpoints go; null for nowhere, undefined for where this one is. */
  readonly checkpoint: string | null | undefined;
  /** Undefined for what it was. */
  readonly every: number | undefined;
  readonly traceDirectory: string | undefined;
  /** Files with plug-ins. */
  readonly plugins: readonly string[];
  readonly quiet: boolean;
}

/** `lguest-sim resume`. */
export const resumeSyntax: CommandSyntax = {
  name: 'resume',
  usage: [
    'lguest-sim resume FILE [options]',
    '',
    'Goes on with a run from its checkpoint FILE, as if it had never stopped: with',
    'the same machine and traces, with its event log, and with further checkpoints',
    'in FILE.',
  ].join('\n'),
  options: {
    json: outputOptions.json,
    events: {
      type: 'string',
      describe: 'Where its event log is now; of a run without, where to begin one',
      takes: fileOrDash,
    },
    'no-events': { type: 'boolean', describe: 'Leave its event log as it is' },
    checkpoint: {
      type: 'string',
      describe: 'Where further checkpoints go, in place of FILE',
      takes: file,
    },
    every: {
      type: 'string',
      describe: outputOptions.every.describe,
      defaultDescription: 'as before',
      takes: cycles,
    },
    'no-checkpoint': { type: 'boolean', describe: 'No further checkpoints; FILE stays as it is' },
    plugin: outputOptions.plugin,
    'trace-dir': outputOptions['trace-dir'],
    quiet: outputOptions.quiet,
  },
  others: file,
  examples: [
    ['lguest-sim resume zipf.checkpoint', 'go on'],
    ['lguest-sim resume zipf.checkpoint --json -', 'the result document to standard output'],
    ['zcat a.gz | lguest-sim resume a.checkpoint', 'a run whose trace came from a pipe'],
  ],
  epilogue: [
    'Traces are looked for as they were given, and have to be the same as then; so have',
    'plug-ins, which are to be given again.',
    '',
    'Exit code: 0 done, 1 the run failed, 2 the checkpoint, a trace, the event log or',
    'an option is bad, 130 ended by Ctrl-C.',
  ].join('\n'),
  hint: 'see lguest-sim resume --help',
};

/**
 * Makes a request of what was said.
 * @throws CommandError naming what is missing or cannot be
 */
export function readResumeOptions(parsed: ParsedArguments): ResumeRequest {
  const { texts, flags, others } = parsed;
  const { json, events } = readOutputs(texts);
  for (const [option, opposite] of opposites) {
    if (texts[option] !== undefined && flags.has(opposite)) {
      throw usageError(`--${opposite}: expected no --${option} beside it`, resumeSyntax.hint);
    }
  }
  const directory = texts['trace-dir'];
  const checkpoint = texts['checkpoint'];
  return {
    from: oneFile('checkpoint', others, resumeSyntax),
    json,
    events: flags.has('no-events') ? null : events,
    checkpoint: flags.has('no-checkpoint') ? null : checkpoint && checkpointName(checkpoint),
    every: readEvery(texts),
    traceDirectory: directory && fileName('trace-dir', directory),
    plugins: readPluginFiles(parsed),
    quiet: flags.has('quiet'),
  };
}

const opposites = [
  ['events', 'no-events'],
  ['checkpoint', 'no-checkpoint'],
  ['every', 'no-checkpoint'],
] as const;

/** The one file that a command is about. @throws CommandError if there is none, or more */
export function oneFile(what: string, others: readonly string[], { hint }: CommandSyntax): string {
  const [file = '', other] = others;
  if (file === '') throw usageError(`expected the file of one ${what}, got nothing`, hint);
  if (other !== undefined) throw usageError(`unexpected argument "${other}" after "${file}"`, hint);
  return file;
}
