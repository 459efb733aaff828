// SPDX-License-Identifier: GPL-2.0-or-later
import type { CommandSyntax, ParsedArguments } from './command-syntax.js';
import { outputOptions, readPluginFiles } from './output-options.js';
import { oneFile } from './resume-options.js';
import { file } from './value-syntax.js';
import { fileName } from './values.js';

/** What `lguest-sim replay` is asked to do. */
export interface ReplayRequest {
  /** The event log. */
  readonly log: string;
  readonly traceDirectory: string | undefined;
  /** Files with plug-ins. */
  readonly plugins: readonly string[];
  readonly quiet: boolean;
}

/** `lguest-sim replay`. */
export const replaySyntax: CommandSyntax = {
  name: 'replay',
  usage: [
    'lguest-sim replay FILE [--plugin FILE...] [--trace-dir DIR] [--quiet]',
    '',
    'Does the run of an event log again, compares every message, and shows the first',
    'one that differs. A log that was cut off is compared as far as it goes.',
  ].join('\n'),
  options: {
    plugin: outputOptions.plugin,
    'trace-dir': outputOptions['trace-dir'],
    quiet: outputOptions.quiet,
  },
  others: file,
  examples: [
    ['lguest-sim replay zipf.ndjson', 'what run --events zipf.ndjson wrote'],
    ['zcat a.gz | lguest-sim replay a.ndjson', 'a run whose trace came from a pipe'],
  ],
  epilogue: [
    'Traces are looked for as they were given, and have to be the same as then; so have',
    'plug-ins, which are to be given again.',
    '',
    'Exit code: 0 all the same, 1 something differs, 2 the log, a trace or an option',
    'is bad, 130 ended by Ctrl-C.',
  ].join('\n'),
  hint: 'see lguest-sim replay --help',
};

/**
 * Makes a request of what was said.
 * @throws CommandError naming what is missing or cannot be
 */
export function readReplayOptions(parsed: ParsedArguments): ReplayRequest {
  const { texts, flags, others } = parsed;
  const directory = texts['trace-dir'];
  return {
    log: oneFile('event log', others, replaySyntax),
    traceDirectory: directory && fileName('trace-dir', directory),
    plugins: readPluginFiles(parsed),
    quiet: flags.has('quiet'),
  };
}
