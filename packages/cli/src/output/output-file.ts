// SPDX-License-Identifier: GPL-2.0-or-later
import type { Stats } from 'node:fs';
import { access, constants, open, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CommandError, systemCode, systemReason, usageError } from '../errors.js';
import { temporaryName } from './atomic-file.js';

/** A file that is to be written. */
export interface OutputFile {
  /** What a link leads to, or the path itself. */
  readonly target: string;
  /** Undefined if there is none yet. */
  readonly status: Stats | undefined;
}

/**
 * Makes sure, as far as can be told, that a file can be written later on.
 *
 * @param option for messages
 * @param inputs files that the run reads, which must not be overwritten
 * @throws CommandError naming the option, the file and what is wrong with it
 */
export async function checkOutput(
  option: string,
  path: string,
  inputs: readonly string[],
): Promise<OutputFile> {
  const status = await existing(option, path);
  if (status !== undefined) await checkExisting(option, path, status, inputs);
  if (status?.isFile() === false) return { target: path, status };
  const target = status === undefined ? path : await realpath(path);
  await tryDirectory(option, path, target);
  return { target, status };
}

/**
 * Makes sure that no two options name the same file.
 * @param given for each option its file; undefined for one that was not given
 * @throws CommandError naming both options
 */
export async function checkDifferent(
  given: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const seen = new Map<string, string>();
  for (const [option, path] of Object.entries(given)) {
    if (path === undefined) continue;
    const place = path === '-' ? path : await placeOf(path);
    const other = place === undefined ? undefined : seen.get(place);
    if (other !== undefined) {
      throw usageError(
        `--${option}: expected another file than for --${other}, got "${path}" twice`,
      );
    }
    if (place !== undefined) seen.set(place, option);
  }
}

/** What two names of one file have in common; undefined for what is no file. */
async function placeOf(path: string): Promise<string | undefined> {
  const status = await stat(path).catch(() => undefined);
  if (status?.isFile() === false) return undefined;
  const known = await realpath(path).catch(() => undefined);
  const directory = await realpath(dirname(path)).catch(() => dirname(path));
  return known ?? join(directory, basename(path));
}

async function existing(option: string, path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw targetError(option, path, systemReason(error), error);
  }
}

async function checkExisting(
  option: string,
  path: string,
  status: Stats,
  inputs: readonly string[],
): Promise<void> {
  if (status.isDirectory()) throw targetError(option, path, 'it is a directory');
  for (const input of inputs) {
    const other = await stat(input).catch(() => undefined);
    if (status.isFile() && other?.ino === status.ino && other.dev === status.dev) {
      throw targetError(option, path, 'it is one of the traces');
    }
  }
  await access(path, constants.W_OK).catch((error: unknown) => {
    throw targetError(option, path, systemReason(error), error);
  });
}

/** Makes a file next to the target and takes it away: the only sure way to know that one can. */
async function tryDirectory(option: string, path: string, target: string): Promise<void> {
  const probe = temporaryName(target);
  try {
    await (await open(probe, 'wx')).close();
    await rm(probe);
  } catch (error) {
    const missing = systemCode(error) === 'ENOENT';
    const reason = missing ? `there is no directory ${dirname(path)}` : systemReason(error);
    throw targetError(option, path, reason, error);
  }
}

function targetError(option: string, path: string, reason: string, cause?: unknown): CommandError {
  const message = `--${option}: expected a file that can be written, got "${path}": ${reason}`;
  return new CommandError('BAD_OUTPUT', message, { cause });
}
