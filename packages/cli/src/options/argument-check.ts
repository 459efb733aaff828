// SPDX-License-Identifier: GPL-2.0-or-later
import { usageError } from '../errors.js';
import type { CommandSyntax } from './command-syntax.js';
import { isNear } from './near.js';

/**
 * Looks for mistakes that yargs lets pass or tells in other words: options that do not exist, a
 * value for an option that takes none, an option twice.
 *
 * @param args what follows the command's name
 * @throws CommandError naming the first mistake
 */
export function checkArguments(syntax: CommandSyntax, args: readonly string[]): void {
  const seen = new Set<string>();
  for (const argument of args) {
    if (argument === '--') return;
    const option = /^--?([^=]*)/.exec(argument)?.[1];
    if (option === undefined || isValue(argument)) continue;
    const name = argument.startsWith('--') ? option : (longName(syntax, option) ?? option);
    checkKnown(syntax, name, argument);
    const { type, array } = syntax.options[name] ?? { type: 'boolean' };
    if (type === 'boolean' && argument.includes('=')) {
      throw usageError(`--${name}: takes no value, got "${argument}"`, syntax.hint);
    }
    if (seen.has(name) && array !== true) {
      throw usageError(`--${name}: expected once, got twice`, syntax.hint);
    }
    seen.add(name);
  }
}

/** The option that one letter stands for. */
function longName(syntax: CommandSyntax, letter: string): string | undefined {
  if (letter === 'h') return 'help';
  return Object.keys(syntax.options).find((name) => syntax.options[name]!.alias === letter);
}

/** A dash alone is standard input or output, and a number with a minus is a (bad) value. */
function isValue(argument: string): boolean {
  return argument === '-' || /^-\.?\d/.test(argument);
}

function checkKnown(syntax: CommandSyntax, name: string, argument: string): void {
  const known = [...Object.keys(syntax.options), 'help'];
  const isLong = argument.startsWith('--') || argument.split('=')[0] !== `-${name}`;
  if (isLong && known.includes(name)) return;
  const near = known.find((candidate) => isNear(candidate, name));
  const expected = near === undefined ? '' : `, did you mean --${near}?`;
  throw usageError(`${argument.split('=')[0]}: unknown option${expected}`, syntax.hint);
}
