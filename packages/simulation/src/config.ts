// SPDX-License-Identifier: GPL-2.0-or-later
import { auditModes, type AuditMode } from '@lguest-sim/audit';
import { defaultCosts, type CostModel } from '@lguest-sim/bus';
import type { TlbShape } from '@lguest-sim/cpu';
import { zeroingNames } from '@lguest-sim/guest-kernel';
import type { Fidelity } from '@lguest-sim/mmu-host';
import type { PagingFormat } from '@lguest-sim/x86';
import { ConfigError } from './config-error.js';
import { readInjections, withOffline } from './inject/injections.js';
import type { GuestGroup, GuestOptions } from './guest-groups.js';
import { badCost } from './costs.js';
import type { GuestProgramChoice } from './guest-program.js';
import type { HotplugEntry, ScheduleEntry } from './plan.js';
import { checkPlan } from './plan-checks.js';
import { builtIn, type PluginSet } from './plugins/plugin-set.js';

export { ConfigError } from './config-error.js';

/** Everything that decides how a run goes, but for the traces themselves. Plain data. */
export interface SimulationConfig extends GuestOptions {
  /** Host CPUs, 1 to 64. */
  readonly cpus: number;
  /** Guests, each with one vCPU and its own memory, 1 to 1024. */
  readonly guests: number;
  /** Guests that differ: in memory, time slice or what they run. Empty if all are alike. */
  readonly groups: readonly GuestGroup[];
  /** vCPUs of each guest: 1, as in the original. */
  readonly vcpus: number;
  /** Name of a migration policy. */
  readonly migrate: string;
  /** Name of an eviction policy: which slot a guest table takes that has none. */
  readonly evict: string;
  /** Under `schedule`: from when on each guest's vCPU is where. Until then it is on CPU guest modulo CPUs. */
  readonly schedule: readonly ScheduleEntry[];
  /** Host CPUs that go offline and come back, in order of time. */
  readonly hotplug: readonly HotplugEntry[];
  /** Host time slice in cycles. */
  readonly slice: number;
  /** Seed of every random choice, 0 to 2^32 - 1. */
  readonly seed: number;
  /** Format of all tables. */
  readonly paging: PagingFormat['name'];
  /** As the original, defects included, or mended. */
  readonly fidelity: Fidelity;
  /** Entries and ways, both powers of two, and the name of a TLB policy. */
  readonly tlb: TlbConfig;
  /** What things cost, in cycles. */
  readonly costs: CostModel;
  /** Holds every load against what its process last stored there. Changes no count; slower. */
  readonly check: boolean;
  /** When the contract between host and guest is held against the machine. Changes no count; slower. */
  readonly audit: AuditMode;
  /** Faults that are injected, each as `INJECTION_SYNTAX` has it. */
  readonly inject: readonly string[];
}

/** The TLB of each host CPU. */
export interface TlbConfig extends TlbShape {
  /** Name of the policy that says which entry of a set goes. */
  readonly policy: string;
}

/** A configuration as it is given: what is not said is as usual. */
export interface GivenConfig extends Partial<Omit<SimulationConfig, 'costs' | 'tlb'>> {
  /** The policy is `lru` unless given. */
  readonly tlb?: TlbShape & Partial<TlbConfig>;
  /** Costs, or the name of a cost model. */
  readonly costs?: CostModel | string;
}

/** What is used for whatever is not given. */
export const defaultConfig: SimulationConfig = {
  cpus: 1,
  guests: 1,
  groups: [],
  memoryBytes: 64 * 2 ** 20,
  vcpus: 1,
  migrate: 'round-robin',
  evict: 'random',
  schedule: [],
  hotplug: [],
  slice: 100_000,
  guestSlice: 50_000,
  zeroing: 'eager',
  seed: 1,
  paging: 'two-level',
  fidelity: 'mended',
  tlb: { entries: 64, ways: 4, policy: 'lru' },
  costs: defaultCosts,
  check: false,
  audit: 'off',
  inject: [],
};

const mebibyte = 2 ** 20;

/** Limits of the numeric options: smallest and largest value. */
export const limits = {
  cpus: [1, 64],
  guests: [1, 1024],
  vcpus: [1, 32],
  memoryBytes: [4 * mebibyte, 736 * mebibyte],
  slice: [1_000, 10 ** 12],
  guestSlice: [1_000, 10 ** 12],
  seed: [0, 2 ** 32 - 1],
} as const;

/**
 * Fills defaults in and checks every value.
 *
 * @param plugins that it can name; those that are built in unless given
 * @throws ConfigError naming the first option that is wrong, and what was expected
 */
export function configure(given: GivenConfig, plugins: PluginSet = builtIn): SimulationConfig {
  const tlb = { ...defaultConfig.tlb, ...given.tlb };
  const config = { ...defaultConfig, ...given, tlb, costs: costsOf(given.costs, plugins) };
  config.groups.forEach((group, index) => checkGroup(`groups[${index}].`, group, plugins));
  if (config.groups.length > 0) Object.assign(config, { guests: guestsOf(config.groups, given) });
  for (const option of Object.keys(limits)) {
    checkLimits(option, option as keyof typeof limits, config[option as keyof typeof limits]);
  }
  checkGuest('', config);
  oneOf('migrate', config.migrate, plugins.names('migration-policy'));
  oneOf('evict', config.evict, plugins.names('eviction-policy'));
  oneOf('paging', config.paging, ['two-level', 'pae']);
  oneOf('fidelity', config.fidelity, ['original', 'mended']);
  oneOf('audit', config.audit, auditModes);
  if (typeof config.check !== 'boolean')
    throw new ConfigError('check', 'true or false', config.check);
  checkTlb(config.tlb);
  oneOf('tlb.policy', tlb.policy, plugins.names('tlb-policy'));
  checkCosts(config.costs);
  checkVcpus(config.vcpus);
  checkPlan(config);
  checkInjections(config);
  return config;
}

/** The guests of all groups. */
function guestsOf(groups: readonly GuestGroup[], given: GivenConfig): number {
  const guests = groups.reduce((sum, { count }) => sum + count, 0);
  if ((given.guests ?? guests) === guests) return guests;
  throw new ConfigError('guests', `${guests}, as many as the groups have`, given.guests);
}

function checkLimits(option: string, kind: keyof typeof limits, value: number): void {
  const [least, most] = limits[kind];
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new ConfigError(option, `a whole number from ${least} to ${most}`, value);
}

/** What `limits` does not tell of a guest's options. */
function checkGuest(path: string, { memoryBytes, zeroing }: Partial<GuestOptions>): void {
  if (memoryBytes !== undefined && memoryBytes % 4096 !== 0) {
    throw new ConfigError(`${path}memoryBytes`, 'a multiple of 4096', memoryBytes);
  }
  if (zeroing !== undefined) oneOf(`${path}zeroing`, zeroing, zeroingNames);
}

function checkGroup(path: string, group: GuestGroup, plugins: PluginSet): void {
  const { count, memoryBytes, guestSlice, traces, program } = group;
  checkLimits(`${path}count`, 'guests', count);
  if (memoryBytes !== undefined) checkLimits(`${path}memoryBytes`, 'memoryBytes', memoryBytes);
  if (guestSlice !== undefined) checkLimits(`${path}guestSlice`, 'guestSlice', guestSlice);
  checkGuest(path, group);
  if (traces?.length === 0) throw new ConfigError(`${path}traces`, 'at least one', 'none');
  if (program === undefined) return;
  checkProgram(`${path}program`, program, plugins);
  if (traces === undefined) return;
  throw new ConfigError(`${path}traces`, 'none beside a program', traces.join(', '));
}

function checkProgram(path: string, program: GuestProgramChoice, plugins: PluginSet): void {
  if (typeof program !== 'object' || (program as unknown) === null) {
    throw new ConfigError(path, 'a mapping with name and options', program);
  }
  oneOf(`${path}.name`, program.name, plugins.names('guest-program'));
  try {
    plugins.get('guest-program', program.name).check(program.options);
  } catch (error) {
    if (!isBadOption(error)) throw error;
    throw new ConfigError(`${path}.${error.place}`, error.expected, error.actual);
  }
}

/** What a program's `check` throws. */
interface BadOption {
  readonly place: string;
  readonly expected: string;
  readonly actual?: unknown;
}

function isBadOption(error: unknown): error is BadOption {
  return error instanceof Error && 'place' in error && 'expected' in error;
}

function oneOf(option: string, value: unknown, choices: readonly string[]): void {
  if (!choices.some((choice) => choice === value))
    throw new ConfigError(option, `one of ${choices.join(', ')}`, value);
}

function checkTlb({ entries, ways }: SimulationConfig['tlb']): void {
  const isPowerOfTwo = (n: number): boolean => Number.isInteger(n) && n > 0 && (n & (n - 1)) === 0;
  if (!isPowerOfTwo(entries) || entries > 65536) {
    throw new ConfigError('tlb.entries', 'a power of two up to 65536', entries);
  }
  if (!isPowerOfTwo(ways) || ways > entries) {
    throw new ConfigError('tlb.ways', `a power of two up to ${entries}`, ways);
  }
}

/**
 * The original keeps one vCPU a guest in more than one place: `set_pgd`, `set_pmd` and the guest's
 * birth mean `cpus[0]` whoever calls, and a shadow table shows one regs page a host CPU, so that two
 * vCPUs which share a table there would work on each other's registers (facts sheet, R10).
 * @throws ConfigError for any other number
 */
export function checkVcpus(vcpus: unknown): void {
  if (vcpus === 1) return;
  const why =
    'two vCPUs of a guest would share shadow tables that have room for the registers of one, and ' +
    'SET_PGD and SET_PMD only know the first; see R10 in docs/defects.md';
  throw new ConfigError('vcpus', `1 (${why})`, vcpus);
}

/** @throws ConfigError naming the first injection that is wrong, or `inject` if they do not go together */
function checkInjections(config: SimulationConfig): void {
  const injections = readInjections(config);
  if (injections.offline.length === 0) return;
  try {
    checkPlan({ ...config, hotplug: withOffline(config.hotplug, injections) });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const expected = 'host CPUs that are online until then, and one that stays so';
    throw new ConfigError('inject', expected, config.inject.join(', '));
  }
}

/** Costs as they were given, or those of the model that was named. */
function costsOf(given: CostModel | string | undefined, plugins: PluginSet): CostModel {
  if (typeof given !== 'string') return given ?? defaultCosts;
  oneOf('costs', given, plugins.names('cost-model'));
  return { ...defaultCosts, ...plugins.get('cost-model', given).costs };
}

function checkCosts(costs: CostModel): void {
  const bad = badCost(costs);
  if (bad !== undefined) throw new ConfigError(`costs.${bad.name}`, bad.expected, bad.value);
}
