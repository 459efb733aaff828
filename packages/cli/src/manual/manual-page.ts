// SPDX-License-Identifier: GPL-2.0-or-later
import type { CommandGroup } from '../command-group.js';
import { commandList } from '../command-list.js';
import type { CommandSyntax, OptionSyntax } from '../options/command-syntax.js';
import { purposeOf, syntaxesOf, synopsisOf } from './command-tree.js';
import { bold, escaped, filled, italic, literal, paragraphs, tagged } from './roff.js';

/** The manual page lguest-sim(1), in roff with the macros of man(7). */
export function manualPage(commands: CommandGroup): string {
  const syntaxes = syntaxesOf(commands);
  const { purpose, options, examples, epilogue } = commandList;
  return [
    String.raw`.\" Made by: node tools/command-docs.mjs` + '\n',
    // No date and no version: the page changes when the definitions do, and only then.
    `.TH LGUEST\\-SIM 1 "" "lguest\\-sim" "User Commands"\n`,
    `.SH NAME\nlguest\\-sim \\- simulator of a whole lguest machine\n`,
    `.SH SYNOPSIS\n${literal(syntaxes.map(synopsisOf).join('\n'))}`,
    `.SH DESCRIPTION\n${paragraphs(purpose)}`,
    `.SH COMMANDS\n${syntaxes.map(commandPart).join('')}`,
    `.SH OPTIONS\n${Object.entries(options)
      .map(([option, does]) => tagged(bold(option), does))
      .join('')}`,
    `.SH EXAMPLES\n${literal(examples.join('\n'))}`,
    `.SH EXIT STATUS\n${filled(epilogue)}`,
    `.SH SEE ALSO\n.BR valgrind (1)\n`,
  ].join('');
}

function commandPart(syntax: CommandSyntax): string {
  const { name, options, grouped = [], examples, epilogue } = syntax;
  return [
    `.SS ${escaped(name)}\n${bold(synopsisOf(syntax).replace(/\s+/g, ' '))}\n.PP\n${paragraphs(purposeOf(syntax))}`,
    ...Object.entries(options).map(([option, its]) =>
      optionPart(option, its, grouped.includes(option)),
    ),
    `.PP\n${paragraphs(epilogue)}`,
    ...examples.map(([command, does]) => tagged(bold(command), does)),
  ].join('');
}

function optionPart(name: string, option: OptionSyntax, isGrouped: boolean): string {
  const { alias = [], takes, array, describe, defaultDescription } = option;
  const forms = [`--${name}`, ...[alias].flat().map((letter) => `-${letter}`)].map(bold);
  const value = takes === undefined ? '' : ` ${italic(takes.name)}${array ? '...' : ''}`;
  const without = defaultDescription === undefined ? '' : `. Default: ${defaultDescription}`;
  const again = isGrouped ? '. It can be given several times' : '';
  return tagged(`${forms.join(', ')}${value}`, `${describe}${again}${without}.`);
}
