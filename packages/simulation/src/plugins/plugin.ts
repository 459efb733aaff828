// SPDX-License-Identifier: GPL-2.0-or-later
import type { CostModel } from '@lguest-sim/bus';
import type { TlbPolicy, TlbPolicySetting } from '@lguest-sim/cpu';
import type { EvictionPolicy, EvictionSetting } from '@lguest-sim/mmu-host';
import type { OptionSpecs, OptionValues, Pattern, TraceReader } from '@lguest-sim/trace';
import type { GuestProgramKind } from '../guest-program.js';
import type { MigrationPolicy, MigrationSetting } from '../migration-policy.js';

/** What every plug-in has. */
export interface Named<Kind extends string> {
  /** What it is. */
  readonly kind: Kind;
  /** What configurations call it: letters, digits and hyphens, the first one a letter. */
  readonly name: string;
}

/** Which slot a guest table takes that has none: see `EvictionPolicy`. */
export interface EvictionPlugin extends Named<'eviction-policy'> {
  /** What it does, in a sentence. */
  readonly summary?: string;
  /** Makes one guest's. */
  make(setting: EvictionSetting): EvictionPolicy;
}

/** Which entry of a set a TLB lets go: see `TlbPolicy`. */
export interface TlbPlugin extends Named<'tlb-policy'> {
  /** What it does, in a sentence. */
  readonly summary?: string;
  /** Makes one host CPU's. */
  make(setting: TlbPolicySetting): TlbPolicy;
}

/** On which host CPU a vCPU goes on: see `MigrationPolicy`. */
export interface MigrationPlugin extends Named<'migration-policy'> {
  /** What it does, in a sentence. */
  readonly summary?: string;
  /** Makes one machine's. */
  make(setting: MigrationSetting): MigrationPolicy;
}

/** What things cost. */
export interface CostPlugin extends Named<'cost-model'> {
  /** Whose costs they are, in a sentence. */
  readonly summary?: string;
  /** Whole numbers of cycles; what is not there costs what it usually does. */
  readonly costs: Partial<CostModel>;
}

/** What runs in a guest in place of the guest kernel: see `GuestProgram`. */
export interface GuestProgramPlugin extends Named<'guest-program'>, GuestProgramKind {
  /** What it does, in a sentence. */
  readonly summary?: string;
}

/** A form of traces: see `TraceReader`. */
export interface TraceReaderPlugin extends Named<'trace-reader'>, Omit<TraceReader, 'name'> {
  /** What it reads, in a sentence. */
  readonly summary?: string;
}

/** A synthetic workload: see `Pattern`. */
export interface PatternPlugin
  extends Named<'workload-pattern'>, Omit<Pattern, 'name' | 'processes'> {
  /** How many processes it has, the first included; 1 unless given. */
  processes?(options: OptionValues<OptionSpecs>): number;
}

/** Something that a simulation is given to work with, and that a configuration can then name. */
export type Plugin =
  | EvictionPlugin
  | TlbPlugin
  | MigrationPlugin
  | CostPlugin
  | TraceReaderPlugin
  | PatternPlugin
  | GuestProgramPlugin;

/** What a plug-in can be. */
export type PluginKind = Plugin['kind'];

/** The plug-ins of a kind. */
export type PluginOf<Kind extends PluginKind> = Extract<Plugin, { readonly kind: Kind }>;

/** Says that something is a plug-in, so that a compiler can find out whether it is a right one. */
export function definePlugin<const P extends Plugin>(plugin: P): P {
  return plugin;
}
