// SPDX-License-Identifier: GPL-2.0-or-later
import { writeFile } from 'node:fs/promises';
import { CommandError, systemReason } from '../errors.js';
import { ExitCode } from '../exit-code.js';
import { writeAtomically } from './atomic-file.js';
import { checkOutput } from './output-file.js';
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
  const { target, status } = await checkOutput('json', path, inputs);
  // What is no file, such as /dev/null or a named pipe, is written to, never replaced.
  if (status?.isFile() === false) return { write: (text) => guarded(path, writeFile(path, text)) };
  return { write: (text) => guarded(path, writeAtomically(target, text, status?.mode)) };
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
