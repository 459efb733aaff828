// SPDX-License-Identifier: GPL-2.0-or-later
import type { SimulationConfig } from '@lguest-sim/simulation';

/** One entry of a scenario's processes, read and checked. Paths are as the system takes them. */
export type ScenarioProcess = {
  /** How many such processes each guest runs. */
  readonly times: number;
  /** `FILE:LINE: KEY` of it, for messages. */
  readonly place: string;
} & (
  | { readonly kind: 'trace'; readonly path: string }
  | { readonly kind: 'tree'; readonly paths: readonly string[] }
  | {
      readonly kind: 'pattern';
      readonly pattern: string;
      readonly options: Readonly<Record<string, number | string>>;
    }
);

/** What a scenario's file says. */
export interface Scenario {
  readonly file: string;
  readonly name: string;
  /** A sentence; empty if there is none. */
  readonly description: string;
  /** What the file sets, and nothing else. */
  readonly config: Partial<SimulationConfig>;
  /** At least one; each guest runs them all. */
  readonly processes: readonly ScenarioProcess[];
}
