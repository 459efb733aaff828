// SPDX-License-Identifier: GPL-2.0-or-later
import type { CommandList } from './command-list.js';
import type { ExitCode } from './exit-code.js';
import type { CommandSyntax, ParsedArguments } from './options/command-syntax.js';

/** What a command understands, and how it is started. */
export type Command = readonly [
  syntax: CommandSyntax,
  start: (given: ParsedArguments) => Promise<ExitCode>,
];

/** Commands by name, in the order in which they are told of, and what they say of themselves. */
export interface CommandGroup {
  readonly list: CommandList;
  readonly commands: ReadonlyMap<string, Command | CommandGroup>;
}

/** Puts commands under the names that the list has for them. */
export function commandGroup<List extends CommandList>(
  list: List,
  commands: Readonly<Record<keyof List['summaries'] & string, Command | CommandGroup>>,
): CommandGroup {
  const names = Object.keys(list.summaries) as (keyof typeof commands)[];
  return { list, commands: new Map(names.map((name) => [name, commands[name]])) };
}

/** Whether what stands for a name is a group of further commands. */
export function isGroup(found: Command | CommandGroup): found is CommandGroup {
  return 'commands' in found;
}
