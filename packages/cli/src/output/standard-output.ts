// SPDX-License-Identifier: GPL-2.0-or-later
import { CommandError, systemCode, systemReason } from '../errors.js';
import { ExitCode } from '../exit-code.js';

/** What says that nobody reads any more: a closed pipe, or a terminal that has gone. */
const nobodyReads = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED']);

/**
 * Writes to standard output and waits until it is out. That the reader has gone (`| head`) is no
 * error: there is nobody left to tell.
 *
 * @returns whether anyone still reads
 * @throws CommandError for any other reason, such as a full disk behind a redirection
 */
export async function writeOut(data: string | Uint8Array): Promise<boolean> {
  const error = await new Promise<Error | null | undefined>((resolve) => {
    process.stdout.write(data, resolve);
  });
  if (!error) return true;
  if (nobodyReads.has(systemCode(error))) return false;
  throw new CommandError(
    'OUTPUT_FAILED',
    `cannot write to standard output: ${systemReason(error)}`,
    {
      exitCode: ExitCode.failed,
      cause: error,
    },
  );
}

/** Keeps a stream's failure from ending the process: whoever writes hears of it there. */
export function tolerateBrokenPipes(): void {
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
}
