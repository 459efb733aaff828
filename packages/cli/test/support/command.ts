// SPDX-License-Identifier: GPL-2.0-or-later
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command as it is installed: it runs what was built, so a build has to come before. */
export const executable = fileURLToPath(new URL('../../bin/lguest-sim.js', import.meta.url));

/** What a run of the command left behind. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command; what it writes is collected by `outcome`. */
export function start(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): ChildProcessWithoutNullStreams {
  // What a shell sets for colours or locale is not to decide a test.
  const env = { ...process.env, ...environment, LC_ALL: 'de_DE.UTF-8' };
  return spawn(process.execPath, [executable, ...args], { env });
}

/** Waits for the end. */
export function outcome(child: ChildProcessWithoutNullStreams): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // The command may end without having read what it was given.
  child.stdin.on('error', () => {});
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** Runs the command to its end. */
export function lguestSim(args: readonly string[], input: string | Buffer = ''): Promise<Outcome> {
  const child = start(args);
  const ended = outcome(child);
  child.stdin.end(input);
  return ended;
}
