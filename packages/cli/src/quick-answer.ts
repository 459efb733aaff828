// SPDX-License-Identifier: GPL-2.0-or-later
import { commandList } from './command-list.js';
import { overviewOf } from './overview.js';
import { version } from './report/version.js';

/** What asks for the overview. */
const asksForHelp = ['--help', '-h', 'help'];

/**
 * The answer to what is asked of the command as a whole. It takes a few small modules and none of
 * the simulator's, so that the answer is there at once.
 *
 * @param name what stands in a command's place
 * @returns what to write, or undefined if that is not asked
 */
export function quickAnswer(name: string | undefined): string | undefined {
  if (name === '--version') return `${version()}\n`;
  return isHelp(name) ? overviewOf(commandList) : undefined;
}

/** Whether this, in a command's place, asks for the overview. */
export function isHelp(name: string | undefined): boolean {
  return name !== undefined && asksForHelp.includes(name);
}

/**
 * Writes an answer.
 * @returns whether it is out; if not, the command has to say why
 */
export async function writeAnswer(text: string): Promise<boolean> {
  return await new Promise((resolve) => {
    process.stdout.on('error', () => {});
    process.stdout.write(text, (error) => resolve(!error));
  });
}
