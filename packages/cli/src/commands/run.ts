// SPDX-License-Identifier: GPL-2.0-or-later
import { CheckFailure, type SimulationConfig } from '@lguest-sim/simulation';
import { ExitCode } from '../exit-code.js';
import { Spool } from '../input/spool.js';
import { workloadOf } from '../input/workload-of.js';
import { Interruption } from '../interruption.js';
import { givenConfig, placedError } from '../options/given-config.js';
import { runConfig } from '../options/run-config.js';
import type { RunRequest } from '../options/run-options.js';
import { openOutputTarget } from '../output/output-target.js';
import { writeOut } from '../output/standard-output.js';
import { standardProgress } from '../report/progress.js';
import { resultText } from '../report/result-file.js';
import { summary } from '../report/summary.js';
import { loadScenario } from '../scenario/scenario-files.js';
import type { Scenario } from '../scenario/scenario.js';
import { checkError } from './check-error.js';
import { simulate } from './simulate.js';

/**
 * `lguest-sim run`: runs a simulation, and writes its summary and its result document.
 *
 * @returns the exit code of a run that ended, by itself or since the user wished it
 * @throws CommandError, ConfigError or TraceError for bad input; anything else is a defect
 */
export async function run(request: RunRequest): Promise<ExitCode> {
  const spool = new Spool();
  const interruption = new Interruption(() => spool.removeNow());
  const { json, quiet } = request;
  try {
    const scenario =
      request.scenario === undefined ? undefined : await loadScenario(request.scenario);
    const config = await configOf(request, scenario);
    const workload = workloadOf(request, scenario);
    const target =
      json === undefined ? undefined : await openOutputTarget('json', json, workload.files);
    const progress = standardProgress(quiet);
    const result = await simulate(config, workload, { interruption, spool, progress });
    if (json !== '-') await writeOut(summary(result));
    await target?.write(resultText(result));
    return interruption.signal.aborted ? ExitCode.interrupted : ExitCode.ok;
  } catch (error) {
    throw error instanceof CheckFailure ? checkError(error, request) : error;
  } finally {
    await spool.remove();
    interruption.dispose();
  }
}

async function configOf(
  request: RunRequest,
  scenario: Scenario | undefined,
): Promise<SimulationConfig> {
  const { config, places } = await givenConfig(request, scenario);
  try {
    return runConfig({ ...request, config }, scenario);
  } catch (error) {
    throw placedError(error, places);
  }
}
