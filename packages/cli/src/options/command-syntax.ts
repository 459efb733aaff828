// SPDX-License-Identifier: GPL-2.0-or-later
import type { Options } from 'yargs';
import type { ValueSyntax } from './value-syntax.js';

/** An option, for the parser and everything that tells of it. */
export interface OptionSyntax extends Options {
  readonly describe: string;
  /** What it takes; nothing for a flag. */
  readonly takes?: ValueSyntax;
}

/** What can be said to one command: for the parser, help, manual page and completions. */
export interface CommandSyntax {
  readonly name: string;
  /** The line that shows how it is called, and what it does in a sentence or two. */
  readonly usage: string;
  readonly options: Readonly<Record<string, OptionSyntax>>;
  /** Array options of which each use is a value of its own. */
  readonly grouped?: readonly string[];
  /** What it takes that belongs to no option; nothing unless given. */
  readonly others?: ValueSyntax;
  /** Pairs of a command line and what it does. */
  readonly examples: readonly (readonly [command: string, does: string])[];
  /** What stands at the end of the help. */
  readonly epilogue: string;
  /** Where more is to be read, for messages. */
  readonly hint: string;
}

/** What was said: an option's text or texts, empty where its value was left out. */
export interface ParsedArguments {
  readonly texts: Readonly<Record<string, string | undefined>>;
  readonly lists: Readonly<Record<string, readonly string[] | undefined>>;
  /** Of a grouped option, the texts of each use. */
  readonly groups: Readonly<Record<string, readonly (readonly string[])[] | undefined>>;
  readonly flags: ReadonlySet<string>;
  /** What belongs to no option. */
  readonly others: readonly string[];
}
