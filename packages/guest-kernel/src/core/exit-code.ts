// SPDX-License-Identifier: GPL-2.0-or-later

/** Why a process ended; an integer, since it passes through routines' locals. */
export const ExitCode = {
  /** It had called exit or exit_group before its trace ended. */
  exit: 0,
  /** Its trace ended without such a call. */
  endOfTrace: 1,
  /** Killed: no guest frame was left for it. */
  outOfMemory: 2,
  /** Killed: it touched an address that is not its own. */
  badAccess: 3,
  /** Killed: the CPU raised an exception that it did not handle. */
  exception: 4,
  /** Killed: it wrote to memory that its own system calls made read-only. */
  notWritable: 5,
  /** Killed: it touched memory that its own system calls made inaccessible. */
  notAccessible: 6,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** How a process ended, as results and messages name it. */
export type ProcessExit = 'exit' | 'end-of-trace' | 'killed';

export function exitOf(code: ExitCode): ProcessExit {
  if (code === ExitCode.exit) return 'exit';
  return code === ExitCode.endOfTrace ? 'end-of-trace' : 'killed';
}

/** Why the guest killed a process, or undefined if it ended by itself. */
export function killReason(code: ExitCode): string | undefined {
  switch (code) {
    case ExitCode.outOfMemory:
      return 'out of guest memory';
    case ExitCode.badAccess:
      return 'access to an address that is not its own';
    case ExitCode.exception:
      return 'exception that it did not handle';
    case ExitCode.notWritable:
      return 'store to memory that is read-only';
    case ExitCode.notAccessible:
      return 'access to memory that is protected';
    default:
      return undefined;
  }
}
