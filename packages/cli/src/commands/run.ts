// SPDX-License-Identifier: GPL-2.0-or-later
import type { PluginSet, Simulation, SimulationConfig } from '@lguest-sim/simulation';
import type { ExitCode } from '../exit-code.js';
import { Spool } from '../input/spool.js';
import type { Workload } from '../input/workload.js';
import { workloadOf } from '../input/workload-of.js';
import { Interruption } from '../interruption.js';
import { givenConfig, placedError } from '../options/given-config.js';
import { runConfig } from '../options/run-config.js';
import type { RunRequest } from '../options/run-options.js';
import { checkDifferent, checkOutput } from '../output/output-file.js';
import { openOutputTarget } from '../output/output-target.js';
import { loadPlugins, type LoadedPlugins } from '../plugins/load-plugins.js';
import { openCheckpoints } from '../recording/checkpoint-target.js';
import { beginLog } from '../recording/open-log.js';
import { Recording } from '../recording/recording.js';
import { describeRun } from '../recording/run-description.js';
import { standardProgress } from '../report/progress.js';
import { loadScenario } from '../scenario/scenario-files.js';
import type { Scenario } from '../scenario/scenario.js';
import { Views } from '../views/views.js';
import { checkError } from './check-error.js';
import { report } from './report.js';
import type { RunWatcher } from './run-watcher.js';
import { simulate, type Surroundings } from './simulate.js';

/**
 * `lguest-sim run`: runs a simulation, and writes its summary and its result document, and whatever
 * is recorded of it.
 *
 * @returns the exit code of a run that ended, by itself or since the user wished it
 * @throws CommandError, ConfigError or TraceError for bad input; anything else is a defect
 */
export async function run(request: RunRequest): Promise<ExitCode> {
  const spool = new Spool();
  const interruption = new Interruption(() => spool.removeNow());
  const { json, events, checkpoint, quiet } = request;
  let views: Views | undefined;
  try {
    const plugins = await loadPlugins(request.plugins);
    const scenario =
      request.scenario === undefined
        ? undefined
        : await loadScenario(request.scenario, plugins.set);
    const config = await configOf(request, scenario, plugins.set);
    const workload = workloadOf(request, scenario);
    const target =
      json === undefined ? undefined : await openOutputTarget('json', json, workload.files);
    views = await Views.open(request.views, workload.files);
    const { files } = request.views;
    await checkDifferent({ json, events, checkpoint: checkpoint?.path, ...files });
    const progress = standardProgress(quiet);
    const around = { interruption, spool, progress, plugins: plugins.set };
    const recorded = await recording(request, { config, workload, plugins }, around);
    const result = await simulate(config, workload, { ...around, ...recorded, views });
    await views.write(result);
    const isQuiet = [json, events, ...Object.values(files)].includes('-');
    return await report(result, { isQuiet, target, interruption });
  } catch (error) {
    throw checkError(error, request);
  } finally {
    await views?.abandon();
    await spool.remove();
    interruption.dispose();
  }
}

/**
 * How the machine is set up: as the options and the scenario say.
 * @throws CommandError or ConfigError for what cannot be
 */
export async function configOf(
  request: RunRequest,
  scenario: Scenario | undefined,
  plugins: PluginSet,
): Promise<SimulationConfig> {
  const { config, places } = await givenConfig(request, scenario, plugins);
  try {
    return runConfig({ ...request, config }, scenario, plugins);
  } catch (error) {
    throw placedError(error, places);
  }
}

/** What there is to record of. */
interface Recorded {
  readonly config: SimulationConfig;
  readonly workload: Workload;
  readonly plugins: LoadedPlugins;
}

/** What it takes to record the run as well; nothing if nothing is to be recorded. */
async function recording(
  { events, checkpoint }: RunRequest,
  { config, workload, plugins }: Recorded,
  { spool, interruption: { signal } }: Surroundings,
): Promise<Partial<Surroundings>> {
  if (events === undefined && checkpoint === undefined) return {};
  if (events !== undefined && events !== '-') await checkOutput('events', events, workload.files);
  const checkpoints = checkpoint && (await openCheckpoints(checkpoint, workload.files));
  const watch = async (simulation: Simulation): Promise<RunWatcher> => {
    const run = await describeRun(config, workload.processes, { spool, signal, plugins });
    const log = events === undefined ? undefined : await beginLog(events, { first: 0, run });
    return new Recording({ simulation, run, log, logPath: events, checkpoints });
  };
  return { keepAll: true, watch };
}
