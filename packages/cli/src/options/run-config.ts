// SPDX-License-Identifier: GPL-2.0-or-later
import {
  configure,
  defaultConfig,
  type GuestGroup,
  type PluginSet,
  type SimulationConfig,
} from '@lguest-sim/simulation';
import { optionError } from '../errors.js';
import type { RunRequest } from './run-options.js';

/**
 * How the machine is set up: as the options say, then as the scenario does, then as usual.
 * @throws CommandError or ConfigError for what cannot be
 */
export function runConfig(
  request: Pick<RunRequest, 'config' | 'traces' | 'trees'>,
  scenario: { readonly config: Partial<SimulationConfig> } | undefined,
  plugins?: PluginSet,
): SimulationConfig {
  const { groups = [], ...others } = scenario?.config ?? {};
  const { guests } = request.config;
  if (groups.length > 0 && guests !== undefined) {
    const expected = 'no number, as the scenario lists its guests';
    throw optionError('guests', expected, String(guests));
  }
  const tlb = { ...(others.tlb ?? defaultConfig.tlb), ...request.config.tlb };
  const config = { ...others, ...request.config, tlb };
  return configure(
    { ...config, groups: groups.map((group) => overridden(group, request)) },
    plugins,
  );
}

/** A group without what options say: that goes for all guests, and so do traces and trees. */
function overridden(
  group: GuestGroup,
  { config, traces, trees }: Pick<RunRequest, 'config' | 'traces' | 'trees'>,
): GuestGroup {
  const replaced: Record<string, boolean> = {
    memoryBytes: config.memoryBytes !== undefined,
    guestSlice: config.guestSlice !== undefined,
    zeroing: config.zeroing !== undefined,
    traces: (traces ?? trees) !== undefined,
  };
  const left = Object.entries(group).filter(([name]) => replaced[name] !== true);
  return Object.fromEntries(left) as unknown as GuestGroup;
}
