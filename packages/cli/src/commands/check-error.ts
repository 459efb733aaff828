// SPDX-License-Identifier: GPL-2.0-or-later
import type { CheckFailure } from '@lguest-sim/simulation';
import { CommandError } from '../errors.js';
import { ExitCode } from '../exit-code.js';
import { machineOptions } from '../options/machine-options.js';
import type { RunRequest } from '../options/run-options.js';

/** What a run was asked to run. */
type RunSource = Pick<RunRequest, 'scenario' | 'config' | 'schedule' | 'traces' | 'trees'>;

/**
 * A check that failed, for the user: where, and the command that gets there again. It says every
 * option, so that it does so in a later version with other defaults, too.
 */
export function checkError(failure: CheckFailure, request: RunSource): CommandError {
  return new CommandError('CHECK_FAILED', failure.message, {
    exitCode: ExitCode.failed,
    hint: `to reproduce: ${commandLine(failure, request)}`,
    cause: failure,
  });
}

/** The same of a run that was gone on with. @param from its checkpoint */
export function resumedCheckError(failure: CheckFailure, from: string): CommandError {
  return new CommandError('CHECK_FAILED', failure.message, {
    exitCode: ExitCode.failed,
    hint: `in a run resumed from ${from}`,
    cause: failure,
  });
}

function commandLine({ config }: CheckFailure, request: RunSource): string {
  const { scenario, schedule, traces, trees = [] } = request;
  return [
    'lguest-sim run',
    ...(scenario === undefined ? [] : [quoted(scenario)]),
    machineOptions(config, request.config),
    ...(schedule === undefined ? [] : [`--schedule ${quoted(schedule)}`]),
    ...(traces === undefined ? [] : [['--trace', ...traces.map(quoted)].join(' ')]),
    ...trees.map((paths) => ['--tree', ...paths.map(quoted)].join(' ')),
  ].join(' ');
}

/** A word as a POSIX shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
