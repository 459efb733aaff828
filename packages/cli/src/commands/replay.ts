// SPDX-License-Identifier: GPL-2.0-or-later
import type { Simulation } from '@lguest-sim/simulation';
import { ExitCode } from '../exit-code.js';
import { Spool } from '../input/spool.js';
import { Interruption } from '../interruption.js';
import type { ReplayRequest } from '../options/replay-options.js';
import { writeOut } from '../output/standard-output.js';
import { loadPlugins } from '../plugins/load-plugins.js';
import { describedWorkload } from '../recording/described-workload.js';
import { EventLogReader } from '../recording/event-log-reader.js';
import { ReplayComparison } from '../recording/replay-comparison.js';
import { verdictText } from '../report/replay-verdict.js';
import { standardProgress } from '../report/progress.js';
import type { RunWatcher } from './run-watcher.js';
import { simulate } from './simulate.js';

/**
 * `lguest-sim replay`: does a recorded run again and compares it with the log, message by message.
 *
 * @returns ok if all of it is the same, failed if something differs
 * @throws CommandError or TraceError for bad input; anything else is a defect
 */
export async function replay(request: ReplayRequest): Promise<ExitCode> {
  const { log, traceDirectory, quiet } = request;
  const spool = new Spool();
  const interruption = new Interruption(() => spool.removeNow());
  const reader = new EventLogReader(log);
  try {
    const plugins = await loadPlugins(request.plugins);
    const header = await reader.header(plugins);
    const workload = describedWorkload(header.run, traceDirectory);
    const comparison = new ReplayComparison(reader, header);
    const progress = standardProgress(quiet);
    const watch = (simulation: Simulation): Promise<RunWatcher> => {
      comparison.watch(simulation);
      return Promise.resolve(comparison);
    };
    const around = { interruption, spool, progress, plugins: plugins.set, keepAll: true, watch };
    try {
      await simulate(header.run.config, workload, around);
    } catch (error) {
      // A run that fails as it did then is one that was repeated.
      if (!comparison.hasFailedAlike) throw error;
    }
    if (interruption.signal.aborted) return await tellInterrupted(comparison);
    const verdict = comparison.verdict();
    await writeOut(verdictText(log, header, verdict));
    return verdict.kind === 'same' ? ExitCode.ok : ExitCode.failed;
  } finally {
    await reader.close();
    await spool.remove();
    interruption.dispose();
  }
}

async function tellInterrupted({ same }: ReplayComparison): Promise<ExitCode> {
  await writeOut(`Interrupted. ${same} messages were the same so far.\n`);
  return ExitCode.interrupted;
}
