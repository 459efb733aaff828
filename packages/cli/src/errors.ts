// SPDX-License-Identifier: GPL-2.0-or-later
import { ExitCode } from './exit-code.js';

/** What the command's own errors are about. */
export type CommandErrorCode =
  'BAD_USAGE' | 'BAD_OUTPUT' | 'OUTPUT_FAILED' | 'INPUT_FAILED' | 'CHECK_FAILED' | 'AUDIT_FAILED';

/** An error that the command knows how to tell: `message` is one sentence for the user. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: CommandErrorCode;
  readonly exitCode: ExitCode;
  /** What to try. */
  readonly hint: string | undefined;

  constructor(
    code: CommandErrorCode,
    message: string,
    details: { exitCode?: ExitCode; hint?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.code = code;
    this.exitCode = details.exitCode ?? ExitCode.badInput;
    this.hint = details.hint;
  }
}

/** The command line asks for something that does not exist or cannot be. */
export function usageError(message: string, hint?: string): CommandError {
  return new CommandError('BAD_USAGE', message, hint === undefined ? {} : { hint });
}

/** An option's value cannot be used; says what was expected. */
export function optionError(option: string, expected: string, actual: string): CommandError {
  const got = actual === '' ? 'nothing' : `"${actual}"`;
  return usageError(`--${option}: expected ${expected}, got ${got}`);
}

const systemReasons: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EDQUOT: 'the disk quota is used up',
  EISDIR: 'it is a directory',
  EMFILE: 'too many files are open',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space is left on the device',
  ENOTDIR: 'part of the path is not a directory',
  EPERM: 'no permission',
  EROFS: 'the file system is read-only',
};

/** Why the operating system refused something, in words where they are known. */
export function systemReason(error: unknown): string {
  const code = systemCode(error);
  return systemReasons[code] ?? (code || (error instanceof Error ? error.message : String(error)));
}

/** The operating system's name for what went wrong, such as `ENOENT`; empty if there is none. */
export function systemCode(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
