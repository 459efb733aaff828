// SPDX-License-Identifier: GPL-2.0-or-later
import { open, rename, rm } from 'node:fs/promises';
import { CommandError, systemReason } from '../errors.js';
import { ExitCode } from '../exit-code.js';
import { temporaryName } from './atomic-file.js';
import { openSink, standardSink, type ByteSink } from './byte-sink.js';
import { checkOutput } from './output-file.js';

/** Where something goes that is written while a run goes on, and is there when all of it is. */
export interface StreamedOutput {
  /** Waits until the bytes are out. @throws CommandError if that fails */
  write(bytes: Uint8Array): Promise<void>;
  /** All of it has been written: it takes its name. */
  finish(): Promise<void>;
  /** It will never be whole: nothing of it is left behind. */
  abandon(): Promise<void>;
}

/**
 * Makes sure, as far as can be told, that something can be written; does not begin it yet.
 *
 * @param option the one that names the path, for messages
 * @param path a file, or `-` for standard output
 * @param inputs files that are read, which must not be overwritten
 * @returns what begins it
 * @throws CommandError naming the option, the file and what is wrong with it
 */
export async function prepareStream(
  option: string,
  path: string,
  inputs: readonly string[],
): Promise<() => Promise<StreamedOutput>> {
  if (path === '-') return () => Promise.resolve(straight(standardSink));
  const { target, status } = await checkOutput(option, path, inputs);
  // What is no file, such as a named pipe, is written to, never replaced.
  if (status?.isFile() === false) return async () => straight(await openSink(option, path));
  return () => replacing(option, path, target, status?.mode);
}

function straight(sink: ByteSink): StreamedOutput {
  return {
    write: (bytes) => sink.write(bytes),
    finish: () => sink.close(),
    abandon: () => sink.close(),
  };
}

async function replacing(
  option: string,
  path: string,
  target: string,
  mode: number | undefined,
): Promise<StreamedOutput> {
  const temporary = temporaryName(target);
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      await rm(temporary, { force: true });
      const message = `--${option}: cannot write ${path}: ${systemReason(error)}`;
      throw new CommandError('OUTPUT_FAILED', message, { exitCode: ExitCode.failed, cause: error });
    }
  };
  const file = await guard(() => open(temporary, 'wx'));
  if (mode !== undefined) await guard(() => file.chmod(mode & 0o777));
  return {
    write: (bytes) => guard(() => file.appendFile(bytes)),
    finish: () =>
      guard(async () => {
        await file.sync();
        await file.close();
        await rename(temporary, target);
      }),
    abandon: async () => {
      await file.close();
      await rm(temporary, { force: true });
    },
  };
}
