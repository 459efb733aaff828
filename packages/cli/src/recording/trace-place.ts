// SPDX-License-Identifier: GPL-2.0-or-later
import { basename, isAbsolute, join, relative } from 'node:path';
import { treeFiles } from '@lguest-sim/trace/node';
import { CommandError, systemReason } from '../errors.js';
import { carriedTrace } from '../input/trace-inputs.js';
import type { Spool } from '../input/spool.js';
import { digestText, fileDigest } from './file-digest.js';
import type { DescribedFile, DescribedProcess } from './run-description.js';

/** Where the trace files of a described run are now, and whether they are still the same. */
export class TracePlace {
  readonly #directory: string | undefined;

  /** @param directory where to look for them; the current directory unless given */
  constructor(directory: string | undefined) {
    this.#directory = directory;
  }

  /** Where a path is now. Of an absolute one, its last part is looked for in the directory. */
  pathOf(path: string): string {
    if (this.#directory === undefined || path === '-') return path;
    return join(this.#directory, isAbsolute(path) ? basename(path) : path);
  }

  /**
   * Compares a process's files with what they were.
   *
   * @param spool has those that can be read only once
   * @throws CommandError naming both digests, or the file that is missing; the signal's reason
   */
  async verify(process: DescribedProcess, spool: Spool, signal: AbortSignal): Promise<void> {
    switch (process.kind) {
      case 'pattern':
        return;
      case 'carried':
        return await verifyFile(process.file, carriedTrace, signal);
      case 'trace':
        return await verifyFile(process.file, spool.fileOf(this.pathOf(process.file.path)), signal);
      case 'tree':
        return await this.#verifyTree(process, signal);
    }
  }

  async #verifyTree(
    { paths, files }: DescribedProcess & { kind: 'tree' },
    signal: AbortSignal,
  ): Promise<void> {
    const [root] = paths;
    const isDirectory = paths.length === 1 && files[0]!.path !== root;
    const places = files.map(({ path }) =>
      isDirectory ? join(this.pathOf(root!), relative(root!, path)) : this.pathOf(path),
    );
    for (const [index, file] of files.entries()) await verifyFile(file, places[index]!, signal);
    const now = await treeFiles(paths.map((path) => this.pathOf(path)));
    const another = now.find((path) => !places.includes(path));
    if (another === undefined) return;
    throw changed(
      `${root}: expected the ${files.length} recorded logs, found ${another} beside them`,
    );
  }
}

async function verifyFile(file: DescribedFile, place: string, signal: AbortSignal): Promise<void> {
  const found = await fileDigest(place, signal).catch((error: unknown) => {
    if (signal.aborted) throw error;
    const message = `${place}: expected the recorded trace, found: ${systemReason(error)}`;
    throw changed(
      message,
      'paths are as they were given; --trace-dir DIR looks for them elsewhere',
    );
  });
  if (found.sha256 === file.sha256 && found.bytes === file.bytes) return;
  const name = file.path === '-' ? 'standard input' : place;
  throw changed(
    `${name}: expected the recorded trace (${digestText(file)}), found another (${digestText(found)})`,
  );
}

function changed(message: string, hint?: string): CommandError {
  return new CommandError('INPUT_FAILED', message, hint === undefined ? {} : { hint });
}
