// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { TraceError, type LogPiece } from '@lguest-sim/trace';
import { CommandError, systemCode, systemReason } from '../errors.js';
import { temporaryName } from './atomic-file.js';

/**
 * Writes logs into a new directory, which appears when all are written.
 *
 * @param path nothing, or an empty directory
 * @throws CommandError if it cannot be made, or what the making of the pieces throws; nothing is left
 *   behind then
 */
export async function writeLogDirectory(
  path: string,
  pieces: AsyncIterable<LogPiece>,
): Promise<void> {
  const temporary = temporaryName(resolve(path));
  try {
    await mkdir(temporary);
    await writeLogs(temporary, pieces);
    await rename(temporary, resolve(path));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (error instanceof TraceError || systemCode(error) === '') throw error;
    const message = `--output: expected a new or an empty directory, got "${path}": ${reason(error)}`;
    throw new CommandError('BAD_OUTPUT', message, { cause: error });
  }
}

async function writeLogs(directory: string, pieces: AsyncIterable<LogPiece>): Promise<void> {
  let file: FileHandle | undefined;
  let current = -1;
  try {
    for await (const { log, pid, bytes } of pieces) {
      if (log !== current) {
        await file?.close();
        file = await open(join(directory, `${pid ?? `log-${log}`}.lackey`), 'wx');
        current = log;
      }
      await file!.writeFile(bytes);
    }
  } finally {
    await file?.close();
  }
}

function reason(error: unknown): string {
  return systemCode(error) === 'ENOTEMPTY' ? 'it is not empty' : systemReason(error);
}
