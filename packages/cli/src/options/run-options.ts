// SPDX-License-Identifier: GPL-2.0-or-later
import {
  INJECTION_SYNTAX,
  auditModes,
  limits,
  zeroingNames,
  type HotplugEntry,
  type SimulationConfig,
} from '@lguest-sim/simulation';
import type { CheckpointRequest } from '../recording/checkpoint-target.js';
import { optionError, usageError } from '../errors.js';
import type { PlanList } from '../scenario/plan-list.js';
import type { ParsedArguments } from './command-syntax.js';
import { readCosts } from './cost-options.js';
import { readHotplug } from './hotplug-options.js';
import {
  readCheckpointRequest,
  readEvery,
  readOutputs,
  readPluginFiles,
} from './output-options.js';
import { runSyntax } from './run-syntax.js';
import { fidelityNames, pagingNames } from './value-syntax.js';
import { choice, fileName, memorySize, pluginName, tlbShape, wholeNumber } from './values.js';
import { checkStandardOutput, readViews, type ViewRequest } from './view-options.js';

/** What options set of a configuration: of the TLB its shape, its policy, or both. */
export interface OptionConfig extends Partial<Omit<SimulationConfig, 'tlb'>> {
  readonly tlb?: Partial<SimulationConfig['tlb']>;
}

/** What `lguest-sim run` is asked to do. */
export interface RunRequest {
  /** What the options set; it goes before what the scenario says. */
  readonly config: OptionConfig;
  /** Name of a cost model, in place of the scenario's costs. */
  readonly costModel: string | undefined;
  /** Files with plug-ins. */
  readonly plugins: readonly string[];
  /** Costs that are not as usual or as in the scenario. */
  readonly costs: Partial<SimulationConfig['costs']> | undefined;
  /** Host CPUs that go and come, in place of the scenario's. */
  readonly hotplug: PlanList<HotplugEntry> | undefined;
  /** Faults to inject, in place of the scenario's. */
  readonly inject: readonly string[] | undefined;
  /** A file that says which vCPU is where. */
  readonly schedule: string | undefined;
  /** A scenario's file or name. */
  readonly scenario: string | undefined;
  /** Files, or `-`; undefined for the scenario's processes, or the trace that comes with the command. */
  readonly traces: readonly string[] | undefined;
  /** For each tree a directory, or files. */
  readonly trees: readonly (readonly string[])[] | undefined;
  /** Where the result document goes: a file, or `-`. */
  readonly json: string | undefined;
  /** Where the event log goes: a file, or `-`. */
  readonly events: string | undefined;
  readonly checkpoint: CheckpointRequest | undefined;
  /** What else is written of the run. */
  readonly views: ViewRequest;
  /** No progress bar. */
  readonly quiet: boolean;
}

/** The machine of a run without traces: one that shows guests moving between CPUs. */
export const showcase: OptionConfig = { cpus: 2, guests: 2, migrate: 'round-robin' };

type Reader = (option: string, text: string) => OptionConfig;

type Changeable = { -readonly [Option in keyof OptionConfig]: OptionConfig[Option] };

/** What each option sets. */
const readers: Readonly<Record<string, Reader>> = {
  cpus: (option, text) => ({ cpus: wholeNumber(option, text, limits.cpus) }),
  vcpus: (option, text) => ({ vcpus: wholeNumber(option, text, limits.vcpus) }),
  guests: (option, text) => ({ guests: wholeNumber(option, text, limits.guests) }),
  memory: (option, text) => ({ memoryBytes: memorySize(option, text, limits.memoryBytes) }),
  migrate: (option, text) => ({ migrate: pluginName(option, text) }),
  evict: (option, text) => ({ evict: pluginName(option, text) }),
  slice: (option, text) => ({ slice: wholeNumber(option, text, limits.slice) }),
  'guest-slice': (option, text) => ({ guestSlice: wholeNumber(option, text, limits.guestSlice) }),
  zeroing: (option, text) => ({ zeroing: choice(option, text, zeroingNames) }),
  seed: (option, text) => ({ seed: wholeNumber(option, text, limits.seed) }),
  paging: (option, text) => ({ paging: choice(option, text, pagingNames) }),
  fidelity: (option, text) => ({ fidelity: choice(option, text, fidelityNames) }),
  tlb: (option, text) => ({ tlb: tlbShape(option, text) }),
  'tlb-policy': (option, text) => ({ tlb: { policy: pluginName(option, text) } }),
  audit: (option, text) => ({ audit: choice(option, text, auditModes) }),
};

/**
 * Makes a request of what was said.
 * @throws CommandError naming the option that cannot be, and what was expected
 */
export function readRunOptions(parsed: ParsedArguments): RunRequest {
  const { texts, lists, groups, flags, others } = parsed;
  const scenario = readScenarioName(others);
  const traces = readTraces(lists['trace']);
  const trees = readTrees(groups['tree']);
  const config: Changeable = (traces ?? trees ?? scenario) === undefined ? { ...showcase } : {};
  for (const [option, read] of Object.entries(readers)) {
    const text = texts[option];
    if (text === undefined) continue;
    const { tlb, ...others } = read(option, text);
    Object.assign(config, others, tlb && { tlb: { ...config.tlb, ...tlb } });
  }
  const check = readCheck(flags);
  if (check !== undefined) Object.assign(config, { check });
  const costs = readCosts(lists['cost']);
  const { costs: model } = texts;
  const costModel = model === undefined ? undefined : pluginName('costs', model);
  const plugins = readPluginFiles(parsed);
  const hotplug = readHotplug(parsed);
  const schedule = readSchedule(texts['schedule']);
  if (schedule !== undefined && texts['migrate'] === undefined) config.migrate = 'schedule';
  const inject = readInject(lists['inject']);
  const outputs = readOutputs(texts);
  const checkpoint = readCheckpointRequest(texts, runSyntax.hint);
  const views = readViews(texts, readEvery(texts));
  checkStandardOutput({ ...outputs, ...views.files });
  const quiet = flags.has('quiet');
  const workload = { scenario, traces, trees };
  const plans = { hotplug, inject, schedule };
  return {
    config,
    costs,
    costModel,
    plugins,
    ...plans,
    ...workload,
    ...outputs,
    checkpoint,
    views,
    quiet,
  };
}

function readInject(given: readonly string[] | undefined): readonly string[] | undefined {
  if (given?.length === 0) throw optionError('inject', INJECTION_SYNTAX, '');
  return given;
}

function readSchedule(text: string | undefined): string | undefined {
  return text === undefined ? undefined : fileName('schedule', text);
}

function readCheck(flags: ReadonlySet<string>): boolean | undefined {
  if (!flags.has('no-check')) return flags.has('check') ? true : undefined;
  if (!flags.has('check')) return false;
  throw usageError('--no-check: expected either this or --check, got both', runSyntax.hint);
}

function readScenarioName([name, ...more]: readonly string[]): string | undefined {
  if (name === '') throw usageError('expected a scenario, got nothing', runSyntax.hint);
  const [other] = more;
  if (other === undefined) return name;
  throw usageError(
    `unexpected argument "${other}" after the scenario "${name}": traces are given as --trace FILE...`,
    runSyntax.hint,
  );
}

function readTraces(given: readonly string[] | undefined): readonly string[] | undefined {
  if (given === undefined) return undefined;
  if (given.length === 0) throw optionError('trace', 'at least one file name, or -', '');
  const traces = given.map((text) => fileName('trace', text));
  if (traces.filter((trace) => trace === '-').length > 1) {
    throw usageError(
      '--trace: expected - once, got it twice: standard input can be read only once',
    );
  }
  return traces;
}

function readTrees(
  given: readonly (readonly string[])[] | undefined,
): readonly (readonly string[])[] | undefined {
  for (const tree of given ?? []) {
    const bad = tree.length === 0 ? '' : tree.find((path) => path === '' || path === '-');
    if (bad !== undefined) throw optionError('tree', 'a directory or names of files', bad);
  }
  return given;
}

/** Options that the configuration calls otherwise. */
const otherNames: Readonly<Record<string, string>> = {
  'tlb.policy': 'tlb-policy',
  memoryBytes: 'memory',
  guestSlice: 'guest-slice',
};

/** How the user says what the configuration calls `option`. */
export function flagOf(option: string): string {
  const name = option in otherNames ? option : option.split('.')[0]!;
  return `--${otherNames[name] ?? name}`;
}
