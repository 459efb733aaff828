// SPDX-License-Identifier: GPL-2.0-or-later
import type { OptionSpecs } from './option-spec.js';
import type { Pattern } from './pattern.js';
import { PatternError } from './pattern-error.js';
import { copyOnWrite } from './patterns/copy-on-write.js';
import { forkStorm } from './patterns/fork-storm.js';
import { kernelChurn } from './patterns/kernel-churn.js';
import { mapLoop } from './patterns/map-loop.js';
import { pointerChase } from './patterns/pointer-chase.js';
import { random } from './patterns/random.js';
import { sequential } from './patterns/sequential.js';
import { sleeper } from './patterns/sleeper.js';
import { stack } from './patterns/stack.js';
import { switchRing } from './patterns/switch-ring.js';
import { zipf } from './patterns/zipf.js';

/** All patterns that are built in, in the order in which to list them. */
export const patterns: readonly Pattern[] = [
  sequential,
  random,
  zipf,
  stack,
  pointerChase,
  forkStorm,
  copyOnWrite,
  switchRing,
  kernelChurn,
  mapLoop,
  sleeper,
].map((pattern) => pattern as unknown as Pattern);

/** What there is to tell of a pattern: for lists, schemas and messages. */
export interface PatternDescription {
  /** What scenarios call it. */
  readonly name: string;
  /** What it does, in a sentence. */
  readonly summary: string;
  /** Its options, by name. */
  readonly options: OptionSpecs;
}

/**
 * Finds a pattern.
 *
 * @param others beside those that are built in
 * @throws PatternError if there is none of that name.
 */
export function findPattern(name: string, others: readonly Pattern[] = []): Pattern {
  const all = [...patterns, ...others];
  const pattern = all.find((known) => known.name === name);
  if (pattern !== undefined) return pattern;
  throw new PatternError(
    name,
    undefined,
    `one of ${all.map((known) => known.name).join(', ')}`,
    name,
  );
}
