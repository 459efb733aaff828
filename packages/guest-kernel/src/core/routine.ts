// SPDX-License-Identifier: GPL-2.0-or-later
import type { Frame } from './context.js';
import type { Kernel } from './kernel.js';

/**
 * One step of a kernel routine: straight-line code between two points where the kernel needs what
 * memory holds. It reads the results of the loads that the step before asked for, changes kernel
 * state, and emits further instructions.
 *
 * A step keeps nothing between two calls: what the next one needs is in `frame.locals`.
 *
 * @returns the step of the same routine that runs once the instructions have been executed;
 *   undefined when the routine is finished and its caller goes on.
 */
export type Step = (kernel: Kernel, frame: Frame) => Step | undefined;

/** Steps that fit in a routine's part of the text. */
export const MAX_STEPS = 32;

/** Bytes of code that stand for one step: the distance of eip from one step to the next. */
export const STEP_BYTES = 16;

/** A kernel routine: named steps, of which the first is where it starts. */
export class Routine {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly stepNames: readonly string[];

  /** @throws RangeError for a routine of no steps or more than MAX_STEPS */
  constructor(name: string, steps: Readonly<Record<string, Step>>) {
    this.name = name;
    this.steps = Object.values(steps);
    this.stepNames = Object.keys(steps);
    if (this.steps.length === 0 || this.steps.length > MAX_STEPS) {
      throw new RangeError(
        `routine ${name}: ${this.steps.length} steps, expected 1 to ${MAX_STEPS}`,
      );
    }
  }

  /**
   * Index of a step that runs after another, as a rule the one that stands next to it.
   * @throws Error if it belongs to another routine
   */
  indexAfter(index: number, next: Step): number {
    return this.steps[index + 1] === next ? index + 1 : this.indexOf(next);
  }

  /** @throws Error if the step belongs to another routine */
  indexOf(step: Step): number {
    // They are few: a look at each is quicker than a map.
    for (let index = 0; index < this.steps.length; index++) {
      if (this.steps[index] === step) return index;
    }
    throw new Error(`routine ${this.name}: ${step.name} is none of its steps`);
  }

  /** @throws RangeError for a name that no step has */
  indexOfName(step: string): number {
    const index = this.stepNames.indexOf(step);
    if (index < 0) throw new RangeError(`routine ${this.name}: no step is named ${step}`);
    return index;
  }
}
