// SPDX-License-Identifier: GPL-2.0-or-later
import { constants, open, type FileHandle } from 'node:fs/promises';
import { CommandError, systemCode, systemReason } from '../errors.js';
import { ExitCode } from '../exit-code.js';
import { writeOut } from './standard-output.js';

/** Where something goes that is written piece by piece. */
export interface ByteSink {
  /** Waits until the bytes are out. @throws CommandError if that fails */
  write(bytes: Uint8Array): Promise<void>;
  /** Waits until what was written would survive a power cut. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Standard output. That nobody reads it any more is no error. */
export const standardSink: ByteSink = {
  write: async (bytes) => void (await writeOut(bytes)),
  sync: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

/**
 * Opens a file to write to.
 *
 * @param option for messages
 * @param kept how much of the file stays, in bytes; what follows is cut off
 * @throws CommandError if it cannot be opened
 */
export async function openSink(option: string, path: string, kept = 0): Promise<ByteSink> {
  const failed = (error: unknown): CommandError => {
    const message = `--${option}: cannot write ${path}: ${systemReason(error)}`;
    return new CommandError('OUTPUT_FAILED', message, { exitCode: ExitCode.failed, cause: error });
  };
  const file = await openFile(path, kept).catch((error: unknown) => {
    throw failed(error);
  });
  return new FileSink(file, failed);
}

async function openFile(path: string, kept: number): Promise<FileHandle> {
  if (kept === 0) return await open(path, 'w');
  const file = await open(path, constants.O_WRONLY | constants.O_APPEND);
  await file.truncate(kept);
  return file;
}

class FileSink implements ByteSink {
  readonly #file: FileHandle;
  readonly #failed: (error: unknown) => CommandError;
  #closing: Promise<void> | undefined;

  constructor(file: FileHandle, failed: (error: unknown) => CommandError) {
    this.#file = file;
    this.#failed = failed;
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#file.appendFile(bytes);
    } catch (error) {
      // The reader of a pipe has gone: there is nobody left to tell.
      if (systemCode(error) !== 'EPIPE') throw this.#failed(error);
    }
  }

  async sync(): Promise<void> {
    try {
      await this.#file.datasync();
    } catch (error) {
      // A pipe or a device has nothing to keep.
      if (systemCode(error) !== 'EINVAL') throw this.#failed(error);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#file.close();
    return this.#closing;
  }
}
