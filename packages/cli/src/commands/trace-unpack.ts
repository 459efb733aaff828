// SPDX-License-Identifier: GPL-2.0-or-later
import { unpackLogs, type LogPiece } from '@lguest-sim/trace';
import { openLogs } from '@lguest-sim/trace/node';
import { usageError } from '../errors.js';
import type { ExitCode } from '../exit-code.js';
import { unpackSyntax } from '../options/trace-syntax.js';
import type { UnpackRequest } from '../options/trace-options.js';
import { openOutputTarget } from '../output/output-target.js';
import { writeLogDirectory } from '../output/log-directory.js';
import { unlessInterrupted } from './unless-interrupted.js';

/**
 * `lguest-sim trace unpack`.
 * @throws CommandError or TraceError for bad input, or output that cannot be written
 */
export async function unpackTrace({ input, output }: UnpackRequest): Promise<ExitCode> {
  return await unlessInterrupted(async (signal) => {
    const pieces = unpackLogs(await openLogs(input, { signal }));
    try {
      const first = await pieces.next();
      if (first.done === true) return;
      const all = rejoined(first.value, pieces);
      if (first.value.isTree) await writeTree(input, output, all);
      else await (await openOutputTarget('output', output, [input])).write(bytesOf(all));
    } finally {
      await pieces.return();
    }
  });
}

async function writeTree(
  input: string,
  output: string,
  pieces: AsyncIterable<LogPiece>,
): Promise<void> {
  if (output === '-') {
    throw usageError(
      `--output: expected a new directory, since ${input} is a packed tree, got standard output`,
      unpackSyntax.hint,
    );
  }
  await writeLogDirectory(output, pieces);
}

async function* rejoined(
  first: LogPiece,
  rest: AsyncIterable<LogPiece>,
): AsyncGenerator<LogPiece, void> {
  yield first;
  yield* rest;
}

async function* bytesOf(pieces: AsyncIterable<LogPiece>): AsyncGenerator<Uint8Array, void> {
  for await (const { bytes } of pieces) yield bytes;
}
