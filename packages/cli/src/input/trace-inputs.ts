// SPDX-License-Identifier: GPL-2.0-or-later
import { fstatSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { TraceInput } from '@lguest-sim/simulation';
import type { TraceReader } from '@lguest-sim/trace';
import { DecoderThreads, openTrace } from '@lguest-sim/trace/node';
import { usageError } from '../errors.js';
import type { OpenOptions } from './workload.js';

/** The trace that comes with the command, seen from src as well as from dist. */
export const carriedTrace = fileURLToPath(new URL('../../traces/sort.lackey.gz', import.meta.url));

/** What it is called: a name that does not tell where the command is installed. */
export const carriedName = 'sort.lackey.gz';

/** The trace that comes with the command. */
export function carriedInput(): TraceInput {
  return { name: carriedName, open: () => openTrace(carriedTrace) };
}

/**
 * The traces of a run. Each guest opens each of them, so what gives its bytes only once (standard
 * input, a pipe) is read to the end and kept in the spool first; but as a rule not for one guest.
 *
 * @param aborted stops the reading; the inputs are then good for nothing
 * @throws CommandError if something that can be read only once is named twice, or cannot be kept
 */
export async function traceInputs(
  paths: readonly string[],
  options: OpenOptions,
): Promise<TraceInput[]> {
  const once = await onceOnly(paths);
  const threads = new DecoderThreads(availableParallelism() - 1);
  const readers = options.plugins?.readers ?? [];
  const inputs: TraceInput[] = [];
  for (const path of paths) {
    const keep = (options.guests > 1 || options.keepAll === true) && once.has(path);
    inputs.push(
      keep
        ? spooled(path, await options.spool.keep(path, options.signal), readers)
        : { name: path, open: () => threads.open(path, { readers }) },
    );
  }
  return inputs;
}

function spooled(path: string, kept: string, readers: readonly TraceReader[]): TraceInput {
  const name = path === '-' ? 'standard input' : path;
  return { name: path, open: () => openTrace(kept, { name, readers }) };
}

/** Which of the paths give their bytes only once. Nothing is opened to find out. */
async function onceOnly(paths: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Map<string, string>();
  for (const path of paths) {
    const identity = await onceOnlyIdentity(path);
    if (identity === undefined) continue;
    if (found.has(identity)) {
      throw usageError(
        `--trace: expected ${path} once, since it can be read only once, got it twice`,
      );
    }
    found.set(identity, path);
  }
  return new Set(found.values());
}

async function onceOnlyIdentity(path: string): Promise<string | undefined> {
  if (path === '-') {
    checkStandardInput();
    return path;
  }
  const status = await stat(path).catch(() => undefined);
  if (status === undefined || status.isFile() || status.isDirectory()) return undefined;
  return `${status.dev}:${status.ino}`;
}

/** To a stream of standard input, a directory looks like an empty file. */
function checkStandardInput(): void {
  if (fstatSync(0).isDirectory()) {
    throw usageError('standard input: expected a trace, found a directory');
  }
}
