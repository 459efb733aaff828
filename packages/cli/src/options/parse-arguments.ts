// SPDX-License-Identifier: GPL-2.0-or-later
import yargs from 'yargs';
import { checkArguments } from './argument-check.js';
import type { CommandSyntax, ParsedArguments } from './command-syntax.js';
import { filledForHelp, HELP_WIDTH } from './prose.js';

/**
 * Stands for a dash while yargs parses, which takes a dash alone for an argument and never for an
 * option's value. No argument of a process can hold this character.
 */
const DASH = '\0';

/** Stands before the values of each use of a grouped option, since yargs joins them. */
const USE = '\0use';

/** Either the arguments, or the help text if that was asked for. */
export type ParseOutcome =
  | { readonly kind: 'arguments'; readonly arguments: ParsedArguments }
  | { readonly kind: 'help'; readonly text: string };

/**
 * Parses what follows a command's name.
 * @throws CommandError for what the syntax does not know
 */
export function parseArguments(syntax: CommandSyntax, args: readonly string[]): ParseOutcome {
  checkArguments(syntax, args);
  const hidden = markUses(syntax, args).map((argument) => (argument === '-' ? DASH : argument));
  const parser = commandParser(syntax);
  let text = '';
  const parsed = parser.parseSync(hidden, {}, (_error, _parsed, output) => {
    text = output;
  });
  if (text !== '') return { kind: 'help', text };
  return { kind: 'arguments', arguments: sort(syntax, parsed) };
}

function commandParser(syntax: CommandSyntax): ReturnType<typeof yargs> {
  const parser = yargs()
    .scriptName('lguest-sim')
    // Half of the help is our own text, so the other half is not to be in another language.
    .locale('en')
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .usage(filledForHelp(syntax.usage))
    .options(syntax.options)
    .epilogue(filledForHelp(syntax.epilogue))
    .help('help', 'Show this help')
    .alias('help', 'h')
    .version(false)
    .exitProcess(false)
    .wrap(HELP_WIDTH);
  for (const [command, does] of syntax.examples) parser.example(command, does);
  return parser;
}

function markUses({ grouped = [] }: CommandSyntax, args: readonly string[]): string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  return args.flatMap((argument, at) => {
    const name = grouped.find((option) => `${argument}=`.startsWith(`--${option}=`));
    if (at >= end || name === undefined) return [argument];
    const use = [`--${name}`, USE];
    return argument === use[0] ? use : [...use, argument.slice(name.length + 3)];
  });
}

/** What follows each mark. */
function splitUses(values: readonly unknown[]): string[][] {
  const uses: string[][] = [];
  for (const value of values) {
    if (value === USE) uses.push([]);
    else uses.at(-1)?.push(shown(value));
  }
  return uses;
}

function sort(syntax: CommandSyntax, parsed: Record<string, unknown>): ParsedArguments {
  const texts: Record<string, string> = {};
  const lists: Record<string, string[]> = {};
  const groups: Record<string, string[][]> = {};
  const flags = new Set<string>();
  for (const name of Object.keys(syntax.options)) {
    const value = parsed[name];
    if (value === true) flags.add(name);
    else if (typeof value === 'string') texts[name] = shown(value);
    else if (Array.isArray(value) && syntax.grouped?.includes(name))
      groups[name] = splitUses(value);
    else if (Array.isArray(value)) lists[name] = value.map(shown);
  }
  return { texts, lists, groups, flags, others: (parsed['_'] as unknown[]).map(shown) };
}

function shown(value: unknown): string {
  return value === DASH ? '-' : String(value);
}
