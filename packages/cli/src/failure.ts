// SPDX-License-Identifier: GPL-2.0-or-later
import { MessageFault } from '@lguest-sim/bus';
import { ConformanceError, HostExhausted } from '@lguest-sim/conformance';
import { ConfigError, HostCrash, HostOops, PluginError } from '@lguest-sim/simulation';
import { PatternError, TraceError } from '@lguest-sim/trace';
import { CommandError } from './errors.js';
import { ExitCode } from './exit-code.js';
import { flagOf } from './options/run-options.js';

/** An error as the user gets to see it. */
export interface Failure {
  readonly exitCode: ExitCode;
  /** One line, whatever the error held. */
  readonly line: string;
}

/**
 * Says in one line what an error means for the user, and with which code the command ends.
 * @param file what was being replayed, for errors that do not know it themselves
 */
export function describeFailure(error: unknown, file = ''): Failure {
  const { exitCode, message, hint } = explain(error, file);
  const line = hint === undefined ? message : `${message} (${hint})`;
  return { exitCode, line: `lguest-sim: ${oneLine(line)}` };
}

/** What can become of a run by what it was asked to do: defects of the original, injected faults. */
const endsRuns = [HostCrash, HostOops, MessageFault] as const;

interface Explanation {
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly hint?: string | undefined;
}

function explain(error: unknown, file: string): Explanation {
  if (error instanceof CommandError) return error;
  if (error instanceof PluginError || error instanceof PatternError) {
    return { exitCode: ExitCode.badInput, message: error.message };
  }
  if (error instanceof TraceError) {
    return { exitCode: ExitCode.badInput, message: error.message, hint: error.hint };
  }
  if (error instanceof ConformanceError || error instanceof HostExhausted) {
    return { exitCode: ExitCode.badInput, message: `${file}: ${error.message}` };
  }
  if (error instanceof ConfigError) {
    const message = `${flagOf(error.option)}${error.message.slice(error.option.length)}`;
    return { exitCode: ExitCode.badInput, message, hint: 'see lguest-sim run --help' };
  }
  if (endsRuns.some((kind) => error instanceof kind)) {
    const { message } = error as Error;
    return { exitCode: ExitCode.failed, message: `the run failed: ${message}` };
  }
  return {
    exitCode: ExitCode.failed,
    message: `internal error: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'a defect of lguest-sim; set LGUEST_SIM_DEBUG=1 for where it happened',
  };
}

/** Names and lines may hold anything: nothing of it may break the line or reach a terminal raw. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
