// SPDX-License-Identifier: GPL-2.0-or-later
import { AuditFailure, CheckFailure } from '@lguest-sim/simulation';
import { CommandError } from '../errors.js';
import { ExitCode } from '../exit-code.js';
import { machineOptions } from '../options/machine-options.js';
import type { RunRequest } from '../options/run-options.js';

/** What a run was asked to run. */
type RunSource = Pick<RunRequest, 'scenario' | 'config' | 'schedule' | 'traces' | 'trees'> &
  Partial<Pick<RunRequest, 'events'>>;

type Failure = AuditFailure | CheckFailure;

/**
 * A check or an audit that failed, for the user: where, and the command that gets there again. It
 * says every option, so that it does so in a later version with other defaults, too.
 *
 * @returns what to throw in place of `error`
 */
export function checkError(error: unknown, request: RunSource): unknown {
  if (!isFailure(error)) return error;
  return told(error, `to reproduce: ${commandLine(error, request)}${position(error, request)}`);
}

/** The same of a run that was gone on with. @param from its checkpoint */
export function resumedCheckError(error: unknown, from: string): unknown {
  return isFailure(error) ? told(error, `in a run resumed from ${from}`) : error;
}

function isFailure(error: unknown): error is Failure {
  return error instanceof CheckFailure || error instanceof AuditFailure;
}

function told(failure: Failure, hint: string): CommandError {
  const { code, message } = failure;
  return new CommandError(code, message, { exitCode: ExitCode.failed, hint, cause: failure });
}

/** Where in the run's event log it happened: that ends with the message after which it was found. */
function position(failure: Failure, { events }: RunSource): string {
  const sequence = failure instanceof AuditFailure ? failure.violation.cause?.sequence : undefined;
  if (sequence === undefined) return '';
  return events === undefined || events === '-'
    ? ` --events FILE; see message ${sequence} there`
    : ` --events ${quoted(events)}; see message ${sequence} there, which lguest-sim replay ${quoted(events)} gets to again`;
}

function commandLine({ config }: Failure, request: RunSource): string {
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
