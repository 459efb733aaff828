// SPDX-License-Identifier: GPL-2.0-or-later
import { Explorer } from './explorer.js';
import type { Finding } from './findings.js';
import type { ModelOptions } from './model-options.js';

/** What an exploration is asked for. */
export interface ExploreOptions extends ModelOptions {
  /** Operations one after the other at most. */
  readonly depth: number;
  /** States at most: they bound the memory that is used. */
  readonly mostStates: number;
  /** Whether tables are held against the contract at each new state, or after each transition. */
  readonly audit: 'states' | 'transitions';
}

/** States at one distance from the first, and what was done to get there. */
export interface Layer {
  /** Operations from the first state to these. */
  readonly depth: number;
  /** New states, and those among them in which the guest is dead. */
  readonly states: number;
  /** Those in which the guest is dead. */
  readonly dead: number;
  /** Operations that were tried from the layer before. */
  readonly transitions: number;
}

/** What came of an exploration. */
export interface Exploration {
  /** What was asked for. */
  readonly options: ExploreOptions;
  /** Layer after layer, from the first state on. */
  readonly layers: readonly Layer[];
  /** States that were found. */
  readonly states: number;
  /** Operations that were tried. */
  readonly transitions: number;
  /** Operations that there are to choose from. */
  readonly operations: number;
  /** What does not hold, each thing once. */
  readonly findings: readonly Finding[];
  /** Whether no state was left to go on from, so that a greater depth would find no other. */
  readonly isAll: boolean;
  /** Whether it stopped before the depth was reached, because there were too many states. */
  readonly isCut: boolean;
}

/**
 * Looks at every state that a small machine can be in after so many operations, breadth first.
 *
 * @returns yields each layer once it is complete, and returns what came of it all
 * @throws RangeError if the machine cannot be made: `frames` are too few
 */
export function exploreLayers(options: ExploreOptions): Generator<Layer, Exploration> {
  return new Explorer(options).run();
}

/** The same in one go. */
export function explore(options: ExploreOptions): Exploration {
  const layers = exploreLayers(options);
  for (;;) {
    const { done, value } = layers.next();
    if (done === true) return value;
  }
}
