// SPDX-License-Identifier: GPL-2.0-or-later
import { ExitCode } from '../exit-code.js';
import { Interruption } from '../interruption.js';

/**
 * Does some work, which the user may stop.
 *
 * @param work ends, by throwing what it likes, once the signal is aborted
 * @returns how the command ends
 * @throws what the work throws, if the user did not stop it
 */
export async function unlessInterrupted(
  work: (signal: AbortSignal) => Promise<void>,
): Promise<ExitCode> {
  const interruption = new Interruption(() => {});
  const { signal } = interruption;
  try {
    await interruption.limit(work(signal));
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    interruption.dispose();
  }
  return signal.aborted ? ExitCode.interrupted : ExitCode.ok;
}
