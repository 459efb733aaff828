// SPDX-License-Identifier: GPL-2.0-or-later
import type { ResultDocument, Simulation } from '@lguest-sim/simulation';
import type * as Views from '@lguest-sim/views';
import type { Story, Storyteller, Wanted } from '@lguest-sim/views';
import { CommandError } from '../errors.js';
import { ExitCode } from '../exit-code.js';
import { Spool } from '../input/spool.js';
import { workloadOf } from '../input/workload-of.js';
import { Interruption } from '../interruption.js';
import type { ExplainRequest } from '../options/explain-options.js';
import type { Format } from '../options/format-option.js';
import { writeOut } from '../output/standard-output.js';
import { formatCount } from '../report/numbers.js';
import { loadPlugins } from '../plugins/load-plugins.js';
import { loadScenario } from '../scenario/scenario-files.js';
import { checkError } from './check-error.js';
import { configOf } from './run.js';
import type { RunWatcher } from './run-watcher.js';
import { simulate } from './simulate.js';

/**
 * `lguest-sim explain`: runs a simulation up to an event, and tells that step by step.
 *
 * @throws CommandError, ConfigError or TraceError for bad input, or if there is no such event
 */
export async function explain({ run, wanted, format }: ExplainRequest): Promise<ExitCode> {
  const views = await import('@lguest-sim/views');
  const spool = new Spool();
  const interruption = new Interruption(() => spool.removeNow());
  let teller: Storyteller | undefined;
  try {
    const { set: plugins } = await loadPlugins(run.plugins);
    const scenario =
      run.scenario === undefined ? undefined : await loadScenario(run.scenario, plugins);
    const config = await configOf(run, scenario, plugins);
    const workload = workloadOf(run, scenario);
    const watch = (simulation: Simulation): Promise<RunWatcher> => {
      teller = new views.Storyteller(simulation.parts, wanted);
      return Promise.resolve(watching(simulation, teller));
    };
    const { status } = await simulate(config, workload, {
      interruption,
      spool,
      progress: undefined,
      plugins,
      watch,
    });
    const story = teller?.story;
    if (story === undefined && interruption.signal.aborted) return ExitCode.interrupted;
    if (story === undefined) throw notFound(wanted, teller?.found ?? 0, status);
    await writeOut(told(story, format, views));
    return ExitCode.ok;
  } catch (error) {
    throw checkError(error, run);
  } finally {
    await spool.remove();
    interruption.dispose();
  }
}

/** Lets the run go on until the story has been told. */
function watching(simulation: Simulation, teller: Storyteller): RunWatcher {
  simulation.messages$.subscribe((envelope) => teller.observe(envelope));
  const nothing = (): Promise<void> => Promise.resolve();
  return {
    get isSatisfied() {
      return teller.story !== undefined;
    },
    breathe: nothing,
    end: nothing,
    fail: nothing,
  };
}

function told(
  story: Story,
  format: Format,
  { storyMarkdown, storyText, terminalMarks, noMarks }: typeof Views,
): string {
  if (format === 'json') return `${JSON.stringify(story, undefined, 2)}\n`;
  if (format === 'markdown') return storyMarkdown(story);
  // An empty NO_COLOR is none (no-color.org).
  const isColoured = process.stdout.isTTY && !process.env['NO_COLOR'];
  return storyText(story, isColoured ? terminalMarks : noMarks);
}

function notFound(wanted: Wanted, found: number, status: ResultDocument['status']): CommandError {
  const { kind, number } = wanted;
  const option = kind === 'migration' || wanted.page === undefined ? kind : 'vaddr';
  const where = option === 'vaddr' ? ' in that page' : '';
  const what = kind === 'migration' ? 'migrations' : `page faults${where}`;
  const message =
    found >= number
      ? `--${option}: the run ended (${status}) before ${kind} ${number} was dealt with`
      : `--${option}: expected one of the run's ${formatCount(found)} ${what}, got ${number}`;
  return new CommandError('BAD_USAGE', message);
}
