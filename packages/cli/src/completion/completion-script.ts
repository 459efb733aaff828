// SPDX-License-Identifier: GPL-2.0-or-later
import type { CommandGroup } from '../command-group.js';
import type { Shell } from '../commands/completion.js';
import { bashScript } from './bash-script.js';
import { completionModel, type CompletionModel } from './completion-model.js';
import { fishScript } from './fish-script.js';
import { zshScript } from './zsh-script.js';

const scripts: Readonly<Record<Shell, (model: CompletionModel) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** The script with which a shell completes these commands. */
export function completionScript(shell: Shell, commands: CommandGroup): string {
  return scripts[shell](completionModel(commands));
}
