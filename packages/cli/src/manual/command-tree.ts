// SPDX-License-Identifier: GPL-2.0-or-later
import { isGroup, type CommandGroup } from '../command-group.js';
import type { CommandSyntax } from '../options/command-syntax.js';

/** Every command, those of groups too, in the order in which they are told of. */
export function syntaxesOf({ commands }: CommandGroup): CommandSyntax[] {
  return [...commands.values()].flatMap((found) =>
    isGroup(found) ? syntaxesOf(found) : [found[0]],
  );
}

/** How a command is called: the beginning of what its help says. */
export function synopsisOf({ usage }: CommandSyntax): string {
  return usage.split('\n\n')[0]!;
}

/** What a command does, in paragraphs of lines: what its help says after that. */
export function purposeOf({ usage }: CommandSyntax): string {
  return usage.slice(usage.indexOf('\n\n')).trim();
}

/** All synopses as an indented block, for Markdown. */
export function synopses(commands: CommandGroup): string {
  return syntaxesOf(commands)
    .map((syntax) => `${synopsisOf(syntax).replace(/^/gm, '    ')}\n`)
    .join('');
}
