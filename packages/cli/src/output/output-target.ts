// SPDX-License-Identifier: GPL-2.0-or-later
import { writeFile } from 'node:fs/promises';
import { TraceError } from '@lguest-sim/trace';
import { CommandError, systemCode, systemReason } from '../errors.js';
import { ExitCode } from '../exit-code.js';
import { writeAtomically } from './atomic-file.js';
import { checkOutput } from './output-file.js';
import { writeOut } from './standard-output.js';

/** What is written: text, or bytes that are made while they are written. */
export type OutputData = string | AsyncIterable<Uint8Array>;

/** Where output goes, once it is there. */
export interface OutputTarget {
  /** @throws CommandError if it cannot be written after all, or what the making of it throws */
  write(data: OutputData): Promise<void>;
}

/**
 * Makes sure before the work, as far as can be told, that what comes of it can be written after it.
 *
 * @param option the one that names the path, for messages
 * @param path a file, or `-` for standard output
 * @param inputs files that are read, which must not be overwritten
 * @throws CommandError naming the option, the file and what is wrong with it
 */
export async function openOutputTarget(
  option: string,
  path: string,
  inputs: readonly string[],
): Promise<OutputTarget> {
  if (path === '-') return { write: writeAllOut };
  const { target, status } = await checkOutput(option, path, inputs);
  const guard = (written: Promise<void>): Promise<void> => guarded(option, path, written);
  // What is no file, such as /dev/null or a named pipe, is written to, never replaced.
  if (status?.isFile() === false) return { write: (data) => guard(writeFile(path, data)) };
  return { write: (data) => guard(writeAtomically(target, data, status?.mode)) };
}

async function writeAllOut(data: OutputData): Promise<void> {
  if (typeof data === 'string') return void (await writeOut(data));
  for await (const piece of data) if (!(await writeOut(piece))) return;
}

/** A failure of the system's while writing; what the making of the data throws stays as it is. */
async function guarded(option: string, path: string, written: Promise<void>): Promise<void> {
  try {
    await written;
  } catch (error) {
    if (error instanceof TraceError || systemCode(error) === '') throw error;
    const message = `--${option}: cannot write ${path}: ${systemReason(error)}`;
    throw new CommandError('OUTPUT_FAILED', message, { exitCode: ExitCode.failed, cause: error });
  }
}
