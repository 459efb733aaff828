// SPDX-License-Identifier: GPL-2.0-or-later
import type { SimulationConfig } from '@lguest-sim/simulation';
import type { WorkloadProcess } from '../input/workload.js';
import type { Places } from './plan-list.js';

/** One process of a scenario, read and checked. Paths are as the system takes them. */
export type ScenarioProcess = {
  /** `FILE:LINE: KEY` of it, for messages. */
  readonly place: string;
} & Exclude<WorkloadProcess, { kind: 'carried' }>;

/** What a scenario's file says, as plain data. */
export interface Scenario {
  readonly file: string;
  readonly name: string;
  /** A sentence; empty if there is none. */
  readonly description: string;
  /**
   * What the file sets, and nothing else. If its guests differ, `config.groups` says which of the
   * processes each of them runs, by their indexes.
   */
  readonly config: Partial<SimulationConfig>;
  /** Where the entries of its lists of planned events are. */
  readonly places: Places;
  /** At least one, in the order of the file, each as often as its `times` says. */
  readonly processes: readonly ScenarioProcess[];
}
