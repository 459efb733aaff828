// SPDX-License-Identifier: GPL-2.0-or-later
import { optionError, usageError } from '../errors.js';
import type { CommandSyntax, ParsedArguments } from './command-syntax.js';
import { packSyntax, unpackSyntax } from './trace-syntax.js';
import { fileName } from './values.js';

/** What `lguest-sim trace pack` is asked to do. */
export interface PackRequest {
  /** A directory, or files, or `-`. */
  readonly inputs: readonly string[];
  /** A file, or `-`. */
  readonly output: string;
}

/** What `lguest-sim trace unpack` is asked to do. */
export interface UnpackRequest {
  readonly input: string;
  /** A file, a directory for a tree, or `-`. */
  readonly output: string;
}

/**
 * Makes a request of what was said.
 * @throws CommandError naming what is missing or cannot be
 */
export function readPackOptions({ texts, others }: ParsedArguments): PackRequest {
  if (others.length === 0 || others.includes('')) throw noFile(packSyntax, '');
  if (others.length > 1 && others.includes('-')) {
    throw usageError(
      'expected a directory or names of files, since the logs of a tree are read twice, got "-"',
      packSyntax.hint,
    );
  }
  const { output } = texts;
  if (output === undefined) throw optionError('output', 'a file name, or -', '');
  return { inputs: others, output: fileName('output', output) };
}

/**
 * The one file that was named.
 * @throws CommandError if it was not one
 */
export function readOneFile(syntax: CommandSyntax, { others }: ParsedArguments): string {
  const [input, other] = others;
  if (input === undefined || input === '') throw noFile(syntax, '');
  if (other !== undefined) throw noFile(syntax, `, got another: "${other}"`);
  return input;
}

/** See readPackOptions. */
export function readUnpackOptions(given: ParsedArguments): UnpackRequest {
  const { output } = given.texts;
  return {
    input: readOneFile(unpackSyntax, given),
    output: output === undefined ? '-' : fileName('output', output),
  };
}

function noFile(syntax: CommandSyntax, got: string): Error {
  const expected = syntax === packSyntax ? 'traces to pack, or -' : 'one file, or -';
  return usageError(`expected ${expected}${got || ', got nothing'}`, syntax.hint);
}
