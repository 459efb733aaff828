// SPDX-License-Identifier: GPL-2.0-or-later
import type { SimulationSnapshot } from '@lguest-sim/simulation';
import { CommandError, systemReason } from '../errors.js';
import { ExitCode } from '../exit-code.js';
import { replaceAtomically } from '../output/atomic-file.js';
import { checkOutput } from '../output/output-file.js';
import { writeCheckpoint, type CheckpointFacts } from './checkpoint-file.js';

/** What `--checkpoint` and `--every` say. */
export interface CheckpointRequest {
  readonly path: string;
  /** Cycles of virtual time from one to the next. */
  readonly every: number;
}

/** Where a run's checkpoints go, each in place of the one before. */
export interface CheckpointTarget {
  /** Cycles of virtual time from one to the next. */
  readonly every: number;
  /** @throws CommandError if it cannot be written; the one before is then still there */
  save(facts: CheckpointFacts, snapshot: SimulationSnapshot): Promise<void>;
}

/**
 * Makes sure, as far as can be told, that checkpoints can be written.
 *
 * @param inputs files that the run reads, which must not be overwritten
 * @throws CommandError naming the option, the file and what is wrong with it
 */
export async function openCheckpoints(
  { path, every }: CheckpointRequest,
  inputs: readonly string[],
): Promise<CheckpointTarget> {
  const { target, status } = await checkOutput('checkpoint', path, inputs);
  if (status?.isFile() === false) {
    const message = `--checkpoint: expected a file, got "${path}": a device or a pipe`;
    throw new CommandError('BAD_OUTPUT', message);
  }
  // A name that is always the same: what a run that was killed left behind, the next one takes.
  const temporary = `${target}.partial`;
  return {
    every,
    save: async (facts, snapshot) => {
      try {
        await replaceAtomically(target, temporary, (file) =>
          writeCheckpoint(file, facts, snapshot),
        );
      } catch (error) {
        const message = `--checkpoint: cannot write ${path}: ${systemReason(error)}`;
        const details = { exitCode: ExitCode.failed, cause: error };
        throw new CommandError('OUTPUT_FAILED', message, details);
      }
    },
  };
}
