// SPDX-License-Identifier: GPL-2.0-or-later
import type { SimulationConfig } from '@lguest-sim/simulation';
import { formatSize } from './sizes.js';

/** The options of `lguest-sim run` that set up this machine, all of them, on one line. */
export function machineOptions(config: SimulationConfig): string {
  const { cpus, guests, memoryBytes, migrate, slice, seed, paging, fidelity, tlb } = config;
  return [
    ...(config.check ? ['--check'] : []),
    `--cpus ${cpus} --guests ${guests} --memory ${formatSize(memoryBytes)}`,
    `--migrate ${migrate} --slice ${slice} --seed ${seed}`,
    `--paging ${paging} --fidelity ${fidelity} --tlb ${tlb.entries}x${tlb.ways}`,
  ].join(' ');
}
