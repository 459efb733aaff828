// SPDX-License-Identifier: GPL-2.0-or-later
import { defaultConfig, type GuestOptions, type SimulationConfig } from '@lguest-sim/simulation';
import { formatSize } from './sizes.js';

/**
 * The options of `lguest-sim run` that set up this machine, on one line: all of them, but for those
 * that a scenario or a file has to say: guests that differ, a schedule.
 *
 * @param given what options have set: it goes before the scenario, so it is said again in any case
 */
export function machineOptions(
  config: SimulationConfig,
  given: Partial<Pick<SimulationConfig, keyof GuestOptions>> = {},
): string {
  const { cpus, guests, migrate, evict, slice, seed, paging, fidelity, tlb, check, audit } = config;
  const alike = config.groups.length === 0;
  return [
    check ? '--check' : '--no-check',
    `--audit ${audit}`,
    `--cpus ${cpus}`,
    ...(alike ? [`--guests ${guests}`] : []),
    ...guestOptions(alike ? config : given),
    `--migrate ${migrate} --slice ${slice} --seed ${seed}`,
    ...config.hotplug.map(({ at, cpu, state }) => `--${state} ${cpu}@${at}`),
    ...config.inject.map((text) => `--inject '${text}'`),
    ...Object.entries(config.costs)
      .filter(([name, cycles]) => cycles !== defaultConfig.costs[name as keyof typeof config.costs])
      .map(([name, cycles]) => `--cost ${name}=${cycles}`),
    `--paging ${paging} --fidelity ${fidelity} --tlb ${tlb.entries}x${tlb.ways}`,
    `--tlb-policy ${tlb.policy} --evict ${evict}`,
  ].join(' ');
}

function guestOptions({ memoryBytes, guestSlice, zeroing }: Partial<SimulationConfig>): string[] {
  return [
    ...(memoryBytes === undefined ? [] : [`--memory ${formatSize(memoryBytes)}`]),
    ...(guestSlice === undefined ? [] : [`--guest-slice ${guestSlice}`]),
    ...(zeroing === undefined ? [] : [`--zeroing ${zeroing}`]),
  ];
}
