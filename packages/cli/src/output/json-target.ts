// SPDX-License-Identifier: GPL-2.0-or-later
import type { Stats } from 'node:fs';
import { access, constants, open, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandError, systemCode, systemReason } from '../errors.js';
import { ExitCode } from '../exit-code.js';
import { temporaryName, writeAtomically } from './atomic-file.js';
import { writeOut } from './standard-output.js';

/** Where the result document goes, once it is there. */
export interface JsonTarget {
  /** @throws CommandError if it cannot be written after all */
  write(text: string): Promise<void>;
}

/**
 * Makes sure before the run, as far as can be told, that the document can be written after it.
 *
 * @param path a file, or `-` for standard output
 * @param inputs files that the run reads, which must not be overwritten
 * @throws CommandError naming the option, the file and what is wrong with it
 */
export async function openJsonTarget(path: string, inputs: readonly string[]): Promise<JsonTarget> {
  if (path === '-') return { write: async (text) => void (await writeOut(text)) };
  const status = await existing(path);
  if (status === undefined) {
    await tryDirectory(path, path);
    return { write: (text) => guarded(path, writeAtomically(path, text)) };
  }
  await checkExisting(path, status, inputs);
  // What is no file, such as /dev/null or a named pipe, is written to, never replaced.
  if (!status.isFile()) return { write: (text) => guarded(path, writeFile(path, text)) };
  const target = await realpath(path);
  await tryDirectory(path, target);
  return { write: (text) => guarded(path, writeAtomically(target, text, status.mode)) };
}

async function existing(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw targetError(path, systemReason(error), error);
  }
}

async function checkExisting(
  path: string,
  status: Stats,
  inputs: readonly string[],
): Promise<void> {
  if (status.isDirectory()) throw targetError(path, 'it is a directory');
  for (const input of inputs) {
    const other = await stat(input).catch(() => undefined);
    if (status.isFile() && other?.ino === status.ino && other.dev === status.dev) {
      throw targetError(path, 'it is one of the traces');
    }
  }
  await access(path, constants.W_OK).catch((error: unknown) => {
    throw targetError(path, systemReason(error), error);
  });
}

/** Makes a file next to the target and takes it away: the only sure way to know that one can. */
async function tryDirectory(path: string, target: string): Promise<void> {
  const probe = temporaryName(target);
  try {
    await (await open(probe, 'wx')).close();
    await rm(probe);
  } catch (error) {
    const missing = systemCode(error) === 'ENOENT';
    const reason = missing ? `there is no directory ${dirname(path)}` : systemReason(error);
    throw targetError(path, reason, error);
  }
}

function targetError(path: string, reason: string, cause?: unknown): CommandError {
  const message = `--json: expected a file that can be written, got "${path}": ${reason}`;
  return new CommandError('BAD_OUTPUT', message, { cause });
}

async function guarded(path: string, written: Promise<void>): Promise<void> {
  try {
    await written;
  } catch (error) {
    throw new CommandError(
      'OUTPUT_FAILED',
      `--json: cannot write ${path}: ${systemReason(error)}`,
      {
        exitCode: ExitCode.failed,
        cause: error,
      },
    );
  }
}
