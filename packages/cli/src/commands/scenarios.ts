// SPDX-License-Identifier: GPL-2.0-or-later
import { usageError } from '../errors.js';
import { ExitCode } from '../exit-code.js';
import type { CommandSyntax, ParsedArguments } from '../options/command-syntax.js';
import { writeOut } from '../output/standard-output.js';
import { shippedScenarios } from '../scenario/scenario-files.js';

/** `lguest-sim scenarios`. */
export const scenariosSyntax: CommandSyntax = {
  name: 'scenarios',
  usage: [
    'lguest-sim scenarios',
    '',
    'Lists the scenarios that come with the command: a name for lguest-sim run, and',
    'what it shows.',
  ].join('\n'),
  options: {},
  examples: [['lguest-sim run fork-storm', 'run one of them']],
  epilogue: 'docs/scenarios.md tells how to write your own.',
  hint: 'see lguest-sim scenarios --help',
};

/**
 * Writes a line for each scenario.
 * @throws CommandError if anything was said beside the command
 */
export async function listScenarios({ others }: ParsedArguments): Promise<ExitCode> {
  const [other] = others;
  if (other !== undefined) {
    throw usageError(`unexpected argument "${other}"`, scenariosSyntax.hint);
  }
  const scenarios = await shippedScenarios();
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  const lines = scenarios.map(({ name, description }) => `${name.padEnd(width)}  ${description}\n`);
  await writeOut(lines.join(''));
  return ExitCode.ok;
}
