// SPDX-License-Identifier: GPL-2.0-or-later

/** How the command tells a script what became of it. */
export const ExitCode = {
  /** All went well; a guest that was killed is a result, not a failure. */
  ok: 0,
  /** The work could not be finished, or `conform` found a difference. */
  failed: 1,
  /** An option, a trace or an output file cannot be used as given. */
  badInput: 2,
  /** Ended by Ctrl-C or by a request to terminate (128 plus SIGINT's number). */
  interrupted: 130,
} as const;
/** One of them. */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
