// SPDX-License-Identifier: GPL-2.0-or-later
import { bench } from './commands/bench.js';
import { compare } from './commands/compare.js';
import { conform } from './commands/conform.js';
import { explain } from './commands/explain.js';
import { machinesSyntax, showMachines } from './commands/machines.js';
import { modelcheck } from './commands/modelcheck.js';
import { replay } from './commands/replay.js';
import { resume } from './commands/resume.js';
import { run } from './commands/run.js';
import { listScenarios, scenariosSyntax } from './commands/scenarios.js';
import { traceCommands, traceOverview } from './commands/trace.js';
import { endProcess } from './end-process.js';
import { usageError } from './errors.js';
import { ExitCode } from './exit-code.js';
import { describeFailure } from './failure.js';
import { benchSyntax } from './options/bench-options.js';
import type { CommandSyntax, ParsedArguments } from './options/command-syntax.js';
import { compareSyntax, readCompareOptions } from './options/compare-options.js';
import { conformSyntax, readConformOptions } from './options/conform-options.js';
import { explainSyntax, readExplainOptions } from './options/explain-options.js';
import { fuzzSyntax, readFuzzOptions } from './options/fuzz-options.js';
import { modelcheckSyntax, readModelcheckOptions } from './options/modelcheck-options.js';
import { parseArguments } from './options/parse-arguments.js';
import { readReplayOptions, replaySyntax } from './options/replay-options.js';
import { readResumeOptions, resumeSyntax } from './options/resume-options.js';
import { readRunOptions } from './options/run-options.js';
import { runSyntax } from './options/run-syntax.js';
import { tolerateBrokenPipes, writeOut } from './output/standard-output.js';
import { overview } from './overview.js';
import { version } from './report/version.js';

type Start = (given: ParsedArguments) => Promise<ExitCode>;

type Commands = ReadonlyMap<string, readonly [syntax: CommandSyntax, start: Start]>;

const commands: Commands = new Map([
  ['run', [runSyntax, (given) => run(readRunOptions(given))]],
  ['replay', [replaySyntax, (given) => replay(readReplayOptions(given))]],
  ['resume', [resumeSyntax, (given) => resume(readResumeOptions(given))]],
  ['conform', [conformSyntax, (given) => conform(readConformOptions(given))]],
  ['explain', [explainSyntax, (given) => explain(readExplainOptions(given))]],
  ['compare', [compareSyntax, (given) => compare(readCompareOptions(given))]],
  ['fuzz', [fuzzSyntax, startFuzz]],
  ['modelcheck', [modelcheckSyntax, (given) => modelcheck(readModelcheckOptions(given))]],
  ['bench', [benchSyntax, bench]],
  ['scenarios', [scenariosSyntax, listScenarios]],
  ['machines', [machinesSyntax, showMachines]],
] satisfies [string, [CommandSyntax, Start]][]);

/** Loaded when it is asked for: a library that only it needs takes its time. */
async function startFuzz(given: ParsedArguments): Promise<ExitCode> {
  const { fuzz } = await import('./commands/fuzz.js');
  return fuzz(readFuzzOptions(given));
}

/**
 * Runs the command. It writes to standard output and standard error, and never throws.
 *
 * @param args what follows the command's name
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<ExitCode> {
  tolerateBrokenPipes();
  try {
    const exitCode = await dispatch(args);
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

/** Commands by name, and what is said to somebody who names none of them. */
interface CommandGroup {
  readonly commands: Commands;
  readonly overview: string;
  readonly hint: string;
}

const all: CommandGroup = { commands, overview, hint: 'see lguest-sim --help' };
const groups: ReadonlyMap<string, CommandGroup> = new Map([
  [
    'trace',
    { commands: traceCommands, overview: traceOverview, hint: 'see lguest-sim trace --help' },
  ],
]);

async function dispatch([name, ...args]: readonly string[]): Promise<ExitCode> {
  if (name === '--version') return show(`${version()}\n`);
  const group = name === undefined ? undefined : groups.get(name);
  return group === undefined
    ? dispatchIn(all, name, args)
    : dispatchIn(group, args[0], args.slice(1));
}

async function dispatchIn(
  group: CommandGroup,
  name: string | undefined,
  args: readonly string[],
): Promise<ExitCode> {
  if (name === '--help' || name === '-h' || name === 'help') return show(group.overview);
  const command = name === undefined ? undefined : group.commands.get(name);
  if (command === undefined) throw unknownCommand(group, name);
  const [syntax, start] = command;
  const outcome = parseArguments(syntax, args);
  return outcome.kind === 'help' ? show(`${outcome.text}\n`) : start(outcome.arguments);
}

function unknownCommand({ commands, hint }: CommandGroup, name: string | undefined): Error {
  const got = name === undefined ? 'nothing' : `"${name}"`;
  const names = [...commands.keys(), ...(commands === all.commands ? groups.keys() : [])];
  return usageError(
    `expected a command (${names.join(', ').replace(/, (\w+)$/, ' or $1')}), got ${got}`,
    hint,
  );
}

async function show(text: string): Promise<ExitCode> {
  await writeOut(text);
  return ExitCode.ok;
}
