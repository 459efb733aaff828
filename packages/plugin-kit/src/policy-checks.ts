// SPDX-License-Identifier: GPL-2.0-or-later
import { copyOf } from './copy.js';
import { Numbers } from './numbers.js';
import { Finding, type CheckName } from './problem.js';

/** A policy at work in a scene of its own. */
export interface Player {
  /** Goes on with the scene. @returns the policy's answers on the way, in order */
  play(steps: number): readonly number[];
  /** The state of policy and scene as plain data. */
  snapshot(): unknown;
  restore(state: unknown): void;
}

/** Makes a policy and its scene. @param random what the policy gets its chance from */
export type MakePlayer = (seed: number, random: Numbers) => Player;

/** A check, and what makes it; it throws what it finds. */
export type Check = readonly [name: CheckName, run: () => void | Promise<void>];

const SEEDS = [1, 2, 3, 4, 5];
const STEPS = 200;

/** What every policy is held against. */
export function policyChecks(make: MakePlayer): Check[] {
  return [
    ['answers', () => SEEDS.forEach((seed) => void begun(make, seed).play(STEPS))],
    ['determinism', () => SEEDS.forEach((seed) => isRepeated(make, seed))],
    ['state', () => SEEDS.forEach((seed) => goesOn(make, seed))],
    ['independence', () => SEEDS.forEach((seed) => isAlone(make, seed))],
  ];
}

function begun(make: MakePlayer, seed: number): Player {
  return make(seed, new Numbers(seed));
}

function isRepeated(make: MakePlayer, seed: number): void {
  const [first, second] = [begun(make, seed).play(STEPS), begun(make, seed).play(STEPS)];
  compare(second, first, 'what it answered the first time; chance has to come from random alone');
}

/** With the state put back into another one, and the same numbers to come. */
function goesOn(make: MakePlayer, seed: number): void {
  const random = new Numbers(seed);
  const whole = make(seed, random);
  whole.play(STEPS / 2 + seed);
  const state = copyOf(whole.snapshot());
  const later = new Numbers(seed);
  later.state = random.state;
  const rest = whole.play(STEPS);
  const resumed = make(seed, later);
  resumed.restore(state);
  const expected =
    'what it would have answered; all of its state has to be in snapshot and restore';
  compare(resumed.play(STEPS), rest, expected);
}

/** While another one is at work between its steps. */
function isAlone(make: MakePlayer, seed: number): void {
  const alone = begun(make, seed).play(STEPS);
  const [one, other] = [begun(make, seed), begun(make, seed + 100)];
  const answers: number[] = [];
  for (let step = 0; step < STEPS; step++) {
    answers.push(...one.play(1));
    other.play(1 + (step % 3));
  }
  compare(answers, alone, 'what it answers alone; what is made must share no state');
}

function compare(found: readonly number[], expected: readonly number[], what: string): void {
  const length = Math.max(found.length, expected.length);
  for (let at = 0; at < length; at++) {
    if (found[at] === expected[at]) continue;
    throw new Finding(`answer ${at + 1}: expected ${expected[at]}, ${what}, got ${found[at]}`);
  }
}
