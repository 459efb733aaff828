// SPDX-License-Identifier: GPL-2.0-or-later
import { defaultCosts, type CostModel } from '@lguest-sim/bus';
import { zeroingNames } from '@lguest-sim/guest-kernel';
import type { Fidelity } from '@lguest-sim/mmu-host';
import type { PagingFormat } from '@lguest-sim/x86';
import type { GuestGroup, GuestOptions } from './guest-groups.js';
import { migrationPolicyNames, type MigrationPolicyName } from './migration-policy.js';

/** Everything that decides how a run goes, but for the traces themselves. Plain data. */
export interface SimulationConfig extends GuestOptions {
  /** Host CPUs, 1 to 64. */
  readonly cpus: number;
  /** Guests, each with one vCPU and its own memory, 1 to 1024. */
  readonly guests: number;
  /** Guests that differ: in memory, time slice or what they run. Empty if all are alike. */
  readonly groups: readonly GuestGroup[];
  readonly migrate: MigrationPolicyName;
  /** Host time slice in cycles. */
  readonly slice: number;
  /** Seed of every random choice, 0 to 2^32 - 1. */
  readonly seed: number;
  readonly paging: PagingFormat['name'];
  readonly fidelity: Fidelity;
  readonly tlb: { readonly entries: number; readonly ways: number };
  readonly costs: CostModel;
  /** Holds every load against what its process last stored there. Changes no count; slower. */
  readonly check: boolean;
}

export const defaultConfig: SimulationConfig = {
  cpus: 1,
  guests: 1,
  groups: [],
  memoryBytes: 64 * 2 ** 20,
  migrate: 'round-robin',
  slice: 100_000,
  guestSlice: 50_000,
  zeroing: 'eager',
  seed: 1,
  paging: 'two-level',
  fidelity: 'mended',
  tlb: { entries: 64, ways: 4 },
  costs: defaultCosts,
  check: false,
};

/** A value in the configuration that cannot be used. */
export class ConfigError extends Error {
  readonly code = 'BAD_OPTION';
  /** Name of the option, as in `SimulationConfig`. */
  readonly option: string;

  constructor(option: string, expected: string, actual: unknown) {
    super(`${option}: expected ${expected}, got ${String(actual)}`);
    this.name = 'ConfigError';
    this.option = option;
  }
}

const mebibyte = 2 ** 20;

/** Limits of the numeric options: smallest and largest value. */
export const limits = {
  cpus: [1, 64],
  guests: [1, 1024],
  memoryBytes: [4 * mebibyte, 736 * mebibyte],
  slice: [1_000, 10 ** 12],
  guestSlice: [1_000, 10 ** 12],
  seed: [0, 2 ** 32 - 1],
} as const;

/**
 * Fills defaults in and checks every value.
 * @throws ConfigError naming the first option that is wrong, and what was expected
 */
export function configure(given: Partial<SimulationConfig>): SimulationConfig {
  const config = { ...defaultConfig, ...given };
  config.groups.forEach((group, index) => checkGroup(`groups[${index}].`, group));
  if (config.groups.length > 0) Object.assign(config, { guests: guestsOf(config.groups, given) });
  for (const option of Object.keys(limits)) {
    checkLimits(option, option as keyof typeof limits, config[option as keyof typeof limits]);
  }
  checkGuest('', config);
  oneOf('migrate', config.migrate, migrationPolicyNames);
  oneOf('paging', config.paging, ['two-level', 'pae']);
  oneOf('fidelity', config.fidelity, ['original', 'mended']);
  if (typeof config.check !== 'boolean')
    throw new ConfigError('check', 'true or false', config.check);
  checkTlb(config.tlb);
  checkCosts(config.costs);
  return config;
}

/** The guests of all groups. */
function guestsOf(groups: readonly GuestGroup[], given: Partial<SimulationConfig>): number {
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

function checkGroup(path: string, group: GuestGroup): void {
  const { count, memoryBytes, guestSlice, traces } = group;
  checkLimits(`${path}count`, 'guests', count);
  if (memoryBytes !== undefined) checkLimits(`${path}memoryBytes`, 'memoryBytes', memoryBytes);
  if (guestSlice !== undefined) checkLimits(`${path}guestSlice`, 'guestSlice', guestSlice);
  checkGuest(path, group);
  if (traces?.length === 0) throw new ConfigError(`${path}traces`, 'at least one', 'none');
}

function oneOf(option: string, value: string, choices: readonly string[]): void {
  if (!choices.includes(value))
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

function checkCosts(costs: CostModel): void {
  for (const [name, cycles] of Object.entries(costs)) {
    if (!Number.isInteger(cycles) || cycles < 0) {
      throw new ConfigError(`costs.${name}`, 'a whole number of cycles', cycles);
    }
  }
  if (costs.access < 1) throw new ConfigError('costs.access', 'at least 1 cycle', costs.access);
}
