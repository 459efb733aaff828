// SPDX-License-Identifier: GPL-2.0-or-later
import { checkHostileOptions, HostileGuest, type HostileOptions } from '@lguest-sim/hostile-guest';
import { tlbPolicies } from '@lguest-sim/cpu';
import { evictionPolicies } from '@lguest-sim/mmu-host';
import { patterns } from '@lguest-sim/trace';
import { migrationPolicies } from '../migration-policy.js';
import type {
  EvictionPlugin,
  GuestProgramPlugin,
  MigrationPlugin,
  PatternPlugin,
  Plugin,
  TlbPlugin,
} from './plugin.js';

const evictions = Object.entries(evictionPolicies).map(([name, make]): EvictionPlugin => ({
  kind: 'eviction-policy',
  name,
  make,
}));

const tlbs = Object.entries(tlbPolicies).map(([name, make]): TlbPlugin => ({
  kind: 'tlb-policy',
  name,
  make,
}));

const builtInPatterns = patterns.map((pattern): PatternPlugin => ({
  kind: 'workload-pattern',
  ...pattern,
}));

// They have no state, so one of each will do.
const migrations = Object.entries(migrationPolicies).map(([name, policy]): MigrationPlugin => ({
  kind: 'migration-policy',
  name,
  make: () => policy,
}));

/** A guest that does whatever its operations say: see `HostileOperation`. */
const hostile: GuestProgramPlugin = {
  kind: 'guest-program',
  name: 'hostile',
  check: checkHostileOptions,
  make: (options, { format }) => new HostileGuest(format, options as HostileOptions),
};

/** What a simulation has without being given anything. The first of a kind is what is usual. */
export const builtInPlugins: readonly Plugin[] = [
  ...evictions,
  ...tlbs,
  ...migrations,
  { kind: 'cost-model', name: 'default', costs: {} },
  ...builtInPatterns,
  hostile,
];
