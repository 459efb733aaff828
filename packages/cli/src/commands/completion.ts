// SPDX-License-Identifier: GPL-2.0-or-later
import type { CommandGroup } from '../command-group.js';
import { usageError } from '../errors.js';
import { ExitCode } from '../exit-code.js';
import type { CommandSyntax, ParsedArguments } from '../options/command-syntax.js';
import { wordOf } from '../options/value-syntax.js';
import { writeOut } from '../output/standard-output.js';

const shells = ['bash', 'zsh', 'fish'] as const;

/** A shell that there are completions for. */
export type Shell = (typeof shells)[number];

/** `lguest-sim completion`. */
export const completionSyntax: CommandSyntax = {
  name: 'completion',
  usage: [
    'lguest-sim completion bash|zsh|fish',
    '',
    'Writes a script with which a shell completes commands, options, their values, and',
    'the names of scenarios. It is all that the shell needs: nothing runs while one types.',
  ].join('\n'),
  options: {},
  others: wordOf(shells),
  examples: [
    ['source <(lguest-sim completion bash)', 'for one session, or in ~/.bashrc'],
    ['lguest-sim completion zsh > ~/.zfunc/_lguest-sim', 'a directory that is in $fpath'],
    [
      'lguest-sim completion fish > ~/.config/fish/completions/lguest-sim.fish',
      'fish finds it there',
    ],
  ],
  epilogue: 'Exit code: 0 written, 2 there is nothing for such a shell.',
  hint: 'see lguest-sim completion --help',
};

/**
 * Writes the script for one shell.
 * @param commands what it completes
 * @throws CommandError for a shell that there is nothing for
 */
export async function completion(
  commands: CommandGroup,
  { others }: ParsedArguments,
): Promise<ExitCode> {
  const shell = shells.find((known) => known === others[0]);
  if (shell === undefined || others.length > 1) {
    const got = others.length === 0 ? 'nothing' : `"${others.join(' ')}"`;
    throw usageError(`expected one of ${shells.join(', ')}, got ${got}`, completionSyntax.hint);
  }
  const { completionScript } = await import('../completion/completion-script.js');
  await writeOut(completionScript(shell, commands));
  return ExitCode.ok;
}
