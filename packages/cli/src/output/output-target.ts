// SPDX-License-Identifier: GPL-2.0-or-later
import type { Stats } from 'node:fs';
import { access, constants, open, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TraceError } from '@lguest-sim/trace';
import { CommandError, systemCode, systemReason } from '../errors.js';
import { ExitCode } from '../exit-code.js';
import { temporaryName, writeAtomically } from './atomic-file.js';
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
  try {
    return await openFile(path, inputs, (written) => guarded(option, path, written));
  } catch (error) {
    if (!(error instanceof Unwritable)) throw error;
    const message = `--${option}: expected a file that can be written, got "${path}": ${error.message}`;
    throw new CommandError('BAD_OUTPUT', message, { cause: error.cause });
  }
}

/** Says why a file cannot be written. */
class Unwritable extends Error {}

async function writeAllOut(data: OutputData): Promise<void> {
  if (typeof data === 'string') return void (await writeOut(data));
  for await (const piece of data) if (!(await writeOut(piece))) return;
}

async function openFile(
  path: string,
  inputs: readonly string[],
  guard: (written: Promise<void>) => Promise<void>,
): Promise<OutputTarget> {
  const status = await existing(path);
  if (status === undefined) {
    await tryDirectory(path);
    return { write: (data) => guard(writeAtomically(path, data)) };
  }
  await checkExisting(path, status, inputs);
  // What is no file, such as /dev/null or a named pipe, is written to, never replaced.
  if (!status.isFile()) return { write: (data) => guard(writeFile(path, data)) };
  const target = await realpath(path);
  await tryDirectory(target);
  return { write: (data) => guard(writeAtomically(target, data, status.mode)) };
}

async function existing(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw unwritable(systemReason(error), error);
  }
}

async function checkExisting(
  path: string,
  status: Stats,
  inputs: readonly string[],
): Promise<void> {
  if (status.isDirectory()) throw unwritable('it is a directory');
  for (const input of inputs) {
    const other = await stat(input).catch(() => undefined);
    if (status.isFile() && other?.ino === status.ino && other.dev === status.dev) {
      throw unwritable('it is one of the traces');
    }
  }
  await access(path, constants.W_OK).catch((error: unknown) => {
    throw unwritable(systemReason(error), error);
  });
}

/** Makes a file next to the target and takes it away: the only sure way to know that one can. */
async function tryDirectory(target: string): Promise<void> {
  const probe = temporaryName(target);
  try {
    await (await open(probe, 'wx')).close();
    await rm(probe);
  } catch (error) {
    const missing = systemCode(error) === 'ENOENT';
    const reason = missing ? `there is no directory ${dirname(target)}` : systemReason(error);
    throw unwritable(reason, error);
  }
}

function unwritable(reason: string, cause?: unknown): Unwritable {
  return new Unwritable(reason, { cause });
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
