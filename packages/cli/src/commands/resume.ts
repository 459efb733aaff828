// SPDX-License-Identifier: GPL-2.0-or-later
import { stat } from 'node:fs/promises';
import type { Simulation } from '@lguest-sim/simulation';
import { TraceError } from '@lguest-sim/trace';
import { CommandError } from '../errors.js';
import type { ExitCode } from '../exit-code.js';
import { Spool } from '../input/spool.js';
import { Interruption } from '../interruption.js';
import type { ResumeRequest } from '../options/resume-options.js';
import { openOutputTarget } from '../output/output-target.js';
import { checkDifferent, checkOutput } from '../output/output-file.js';
import type { CheckpointHeader } from '../recording/checkpoint-file.js';
import { openCheckpoints, type CheckpointTarget } from '../recording/checkpoint-target.js';
import { describedWorkload } from '../recording/described-workload.js';
import type { EventLogWriter } from '../recording/event-log-writer.js';
import { loadPlugins } from '../plugins/load-plugins.js';
import { beginLog, continueLog } from '../recording/open-log.js';
import { readCheckpoint, type Checkpoint } from '../recording/read-checkpoint.js';
import { Recording } from '../recording/recording.js';
import { standardProgress } from '../report/progress.js';
import { resumedCheckError } from './check-error.js';
import { report } from './report.js';
import type { RunWatcher } from './run-watcher.js';
import { simulate } from './simulate.js';

/**
 * `lguest-sim resume`: goes on with a run from a checkpoint.
 *
 * @returns the exit code, as `run` has it
 * @throws CommandError or TraceError for bad input; anything else is a defect
 */
export async function resume(request: ResumeRequest): Promise<ExitCode> {
  const spool = new Spool();
  const interruption = new Interruption(() => spool.removeNow());
  const { from, json, traceDirectory } = request;
  try {
    const plugins = await loadPlugins(request.plugins);
    const checkpoint = await readCheckpoint(from, plugins);
    const { header } = checkpoint;
    const workload = describedWorkload(header.run, traceDirectory);
    const logPath = request.events === null ? undefined : (request.events ?? header.events?.path);
    const inputs = workload.files;
    const target =
      json === undefined ? undefined : await openOutputTarget('json', json, [...inputs, from]);
    const checkpoints = await furtherCheckpoints(request, header, inputs);
    const checkpointPath =
      request.checkpoint === undefined ? from : (request.checkpoint ?? undefined);
    await checkDifferent({ json, events: logPath, checkpoint: checkpointPath });
    if (logPath !== undefined && logPath !== '-')
      await checkOutput('events', logPath, [...inputs, from]);
    const progress = standardProgress(request.quiet);
    const watch = async (simulation: Simulation): Promise<RunWatcher> => {
      await putBack(simulation, checkpoint, from);
      const log = logPath === undefined ? undefined : await openLog(logPath, header, interruption);
      return new Recording({ simulation, run: header.run, log, logPath, checkpoints });
    };
    const around = { interruption, spool, progress, plugins: plugins.set, keepAll: true, watch };
    const result = await simulate(header.run.config, workload, around);
    const isQuiet = json === '-' || logPath === '-';
    return await report(result, { isQuiet, target, interruption });
  } catch (error) {
    throw resumedCheckError(error, from);
  } finally {
    await spool.remove();
    interruption.dispose();
  }
}

async function furtherCheckpoints(
  { from, checkpoint, every, events }: ResumeRequest,
  header: CheckpointHeader,
  inputs: readonly string[],
): Promise<CheckpointTarget | undefined> {
  // What went to standard output cannot be taken back by a later resume.
  if (checkpoint === null || (events === '-' && checkpoint === undefined)) return undefined;
  const path = checkpoint ?? from;
  return await openCheckpoints({ path, every: every ?? header.every }, inputs);
}

async function putBack(
  simulation: Simulation,
  { snapshot }: Checkpoint,
  from: string,
): Promise<void> {
  try {
    await simulation.restore(snapshot);
  } catch (error) {
    if (error instanceof TraceError || error instanceof CommandError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `${from}: expected the state of its own run, found another: ${reason}`;
    throw new CommandError('INPUT_FAILED', message, { cause: error });
  }
}

/** The log that the interrupted run wrote; of a run that wrote none, or a new file, a new one. */
async function openLog(
  path: string,
  { run, sequence, events }: CheckpointHeader,
  { signal }: Interruption,
): Promise<EventLogWriter> {
  const isNew = path === '-' || (path !== events?.path && !(await exists(path)));
  if (events === undefined || isNew) return await beginLog(path, { first: sequence, run });
  return await continueLog(path, events, signal);
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
