// SPDX-License-Identifier: GPL-2.0-or-later
import {
  conform as conformFile,
  renderFileResult,
  renderMismatch,
  type FileResult,
} from '@lguest-sim/conformance';
import { ExitCode } from '../exit-code.js';
import { describeFailure } from '../failure.js';
import { displayName, readRecording, recordingFiles } from '../input/recording-files.js';
import type { ConformRequest } from '../options/conform-options.js';
import { writeOut } from '../output/standard-output.js';

/** Mismatches shown of one file, each of another trace in it. */
const MOST_MISMATCHES = 3;

/**
 * `lguest-sim conform`: replays recordings, and writes a line for each and how many passed. A file
 * that cannot be read is named on standard error, counts as failed, and does not stop the others.
 *
 * @returns ok, failed if any differs, or badInput if any could not be read
 */
export async function conform({ paths, fidelity }: ConformRequest): Promise<ExitCode> {
  const tally = { passed: 0, differing: 0, unreadable: 0 };
  for await (const outcome of replayAll(paths, fidelity)) {
    if (outcome === undefined) tally.unreadable++;
    else if (outcome.passed) tally.passed++;
    else tally.differing++;
    const isRead = outcome === undefined || (await writeOut(report(outcome)));
    if (!isRead) break;
  }
  await writeOut(`${tally.passed} passed, ${tally.differing + tally.unreadable} failed\n`);
  if (tally.unreadable > 0) return ExitCode.badInput;
  return tally.differing > 0 ? ExitCode.failed : ExitCode.ok;
}

/** What came of each file; undefined for one that could not be read, which was then told. */
async function* replayAll(
  paths: readonly string[],
  fidelity: ConformRequest['fidelity'],
): AsyncGenerator<FileResult | undefined> {
  for (const path of paths) {
    const files = (await unlessUnreadable(path, () => recordingFiles(path))) ?? [undefined];
    for (const file of files) {
      yield file === undefined
        ? undefined
        : await unlessUnreadable(file, async () =>
            conformFile(displayName(file), await readRecording(file), { fidelity }),
          );
    }
  }
}

/** What some work with a file came to; undefined if the file is at fault, which is told. */
async function unlessUnreadable<T>(file: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const { exitCode, line } = describeFailure(error, displayName(file));
    if (exitCode !== ExitCode.badInput) throw error;
    process.stderr.write(`${line}\n`);
    return undefined;
  }
}

function report(result: FileResult): string {
  const shown = result.mismatches.slice(0, MOST_MISMATCHES).map(renderMismatch);
  const more = result.mismatches.length - shown.length;
  const rest = more > 0 ? [`and ${more} more traces of this file differ`] : [];
  return `${[renderFileResult(result), ...shown, ...rest].join('\n')}\n`;
}
