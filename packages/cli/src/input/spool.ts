// SPDX-License-Identifier: GPL-2.0-or-later
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CommandError, systemReason } from '../errors.js';
import { ExitCode } from '../exit-code.js';

/**
 * Keeps in temporary files what can be read only once: on disk and not in memory, since traces run
 * to gigabytes. The files go when the process ends, however it ends but by SIGKILL.
 */
export class Spool {
  #directory: string | undefined;
  readonly #kept = new Map<string, string>();
  readonly #onExit = (): void => this.removeNow();

  /**
   * Reads to the end.
   *
   * @param path something to read once, or `-` for standard input
   * @returns the name of a file with the same bytes
   * @throws CommandError if it cannot be read or kept; the signal's error if that stops it
   */
  async keep(path: string, signal: AbortSignal): Promise<string> {
    this.#directory ??= await this.#makeDirectory();
    const file = join(this.#directory, `trace-${this.#kept.size}`);
    this.#kept.set(path, file);
    const input = path === '-' ? process.stdin : createReadStream(path);
    const output = createWriteStream(file, { mode: 0o600, flags: 'wx' });
    let outputFailed = false;
    output.once('error', () => (outputFailed = input.errored === null));
    try {
      await pipeline(input, output, { signal });
    } catch (error) {
      if (signal.aborted) throw error;
      throw outputFailed ? keepError(error) : readError(path, error);
    }
    return file;
  }

  /** A file with the bytes of a path: the kept one, or itself. */
  fileOf(path: string): string {
    return this.#kept.get(path) ?? path;
  }

  /** Takes all files away. */
  async remove(): Promise<void> {
    process.off('exit', this.#onExit);
    if (this.#directory === undefined) return;
    await rm(this.#directory, { recursive: true, force: true });
    this.#directory = undefined;
  }

  /** The same at once, for a process that ends. */
  removeNow(): void {
    if (this.#directory !== undefined) rmSync(this.#directory, { recursive: true, force: true });
  }

  async #makeDirectory(): Promise<string> {
    try {
      const directory = await mkdtemp(join(tmpdir(), 'lguest-sim-'));
      process.once('exit', this.#onExit);
      return directory;
    } catch (error) {
      throw keepError(error);
    }
  }
}

function readError(path: string, cause: unknown): CommandError {
  const name = path === '-' ? 'standard input' : path;
  const message = `${name}: expected a readable trace, found: ${systemReason(cause)}`;
  return new CommandError('INPUT_FAILED', message, { cause });
}

function keepError(cause: unknown): CommandError {
  const message = `--trace: cannot keep what can be read only once in ${tmpdir()}: ${systemReason(cause)}`;
  return new CommandError('INPUT_FAILED', message, {
    exitCode: ExitCode.failed,
    hint: 'set TMPDIR to a directory with room',
    cause,
  });
}
