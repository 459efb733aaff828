// SPDX-License-Identifier: GPL-2.0-or-later
import { isGroup, type CommandGroup } from './command-group.js';
import { allCommands } from './command-table.js';
import { endProcess } from './end-process.js';
import { usageError } from './errors.js';
import { ExitCode } from './exit-code.js';
import { describeFailure } from './failure.js';
import { parseArguments } from './options/parse-arguments.js';
import { tolerateBrokenPipes, writeOut } from './output/standard-output.js';
import { overviewOf } from './overview.js';
import { importModulesWith } from './plugins/import-module.js';
import { isHelp, quickAnswer } from './quick-answer.js';

export { importModulesWith };

/**
 * Runs the command. It writes to standard output and standard error, and never throws.
 *
 * @param args what follows the command's name
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<ExitCode> {
  tolerateBrokenPipes();
  try {
    const answer = quickAnswer(args[0]);
    if (answer !== undefined) return await show(answer);
    const exitCode = await dispatch(allCommands, args);
    if (exitCode === ExitCode.interrupted) exitSoon(exitCode);
    return exitCode;
  } catch (error) {
    return fail(error);
  }
}

/** An interrupted run can leave a read behind, of a pipe that nobody writes to, which never ends. */
function exitSoon(exitCode: ExitCode): void {
  setTimeout(endProcess, 100, exitCode).unref();
}

/** Tells the user what went wrong, in one line, and returns the exit code for it. */
export function fail(error: unknown): ExitCode {
  const { exitCode, line } = describeFailure(error);
  process.stderr.write(`${line}\n`);
  if (process.env['LGUEST_SIM_DEBUG'] && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
  return exitCode;
}

async function dispatch(
  group: CommandGroup,
  [name, ...args]: readonly string[],
): Promise<ExitCode> {
  if (isHelp(name)) return show(overviewOf(group.list));
  const command = name === undefined ? undefined : group.commands.get(name);
  if (command === undefined) throw unknownCommand(group, name);
  if (isGroup(command)) return dispatch(command, args);
  const [syntax, start] = command;
  const outcome = parseArguments(syntax, args);
  return outcome.kind === 'help' ? show(`${outcome.text}\n`) : start(outcome.arguments);
}

function unknownCommand({ commands, list }: CommandGroup, name: string | undefined): Error {
  const got = name === undefined ? 'nothing' : `"${name}"`;
  const names = [...commands.keys()].join(', ').replace(/, (\w+)$/, ' or $1');
  return usageError(`expected a command (${names}), got ${got}`, `see ${list.call} --help`);
}

async function show(text: string): Promise<ExitCode> {
  await writeOut(text);
  return ExitCode.ok;
}
