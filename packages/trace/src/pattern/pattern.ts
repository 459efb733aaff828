// SPDX-License-Identifier: GPL-2.0-or-later
import type { OptionSpecs, OptionValues } from './option-spec.js';
import type { PatternRandom } from './pattern-random.js';
import type { PatternWriter } from './pattern-writer.js';

/** Where a pattern's pages begin; they lie one after the other. */
export const PATTERN_BASE = 0x10000000;

/** Bytes of a page. */
export const PAGE_BYTES = 4096;

/** Process id of a pattern's first process; its children have the numbers that follow. */
export const FIRST_PID = 1;

/** What one process of a pattern works with. */
export interface Scene<Options> {
  /** Its process id: `FIRST_PID`, and from there on the children. */
  readonly pid: number;
  /** The pattern’s options, each with a value. */
  readonly options: Options;
  /** Random numbers of this process alone, from the pattern’s seed. */
  readonly random: PatternRandom;
  /** Where it writes what it does. */
  readonly out: PatternWriter;
}

/** A synthetic workload. What its processes do is a pure function of its options. */
export interface Pattern<Specs extends OptionSpecs = OptionSpecs> {
  /** What scenarios call it. */
  readonly name: string;
  /** What it does, in a sentence. */
  readonly summary: string;
  /** What can be chosen. */
  readonly options: Specs;
  /** How many processes it has, the first included; 1 unless given. */
  processes?(options: OptionValues<Specs>): number;
  /** Writes what one process does; yields whenever the writer is full. */
  run(scene: Scene<OptionValues<Specs>>): Generator<void, void>;
}

/** Options that every pattern has. */
export const COMMON_OPTIONS = {
  pages: {
    kind: 'integer',
    min: 1,
    max: 524288,
    default: 64,
    description: 'Pages of 4 KiB that a process uses.',
  },
  accesses: {
    kind: 'integer',
    min: 1,
    max: 1e12,
    default: 100000,
    description: 'Loads and stores of 4 bytes that a process makes.',
  },
  writeShare: {
    kind: 'number',
    min: 0,
    max: 1,
    default: 0.3,
    description: 'Share of the accesses that are stores.',
  },
  seed: {
    kind: 'integer',
    min: 0,
    max: 0xffffffff,
    default: 1,
    description: 'What the random numbers begin with.',
  },
} as const satisfies OptionSpecs;

/** Lets the compiler find out what `run` gets from what `options` say. */
export function definePattern<const Specs extends OptionSpecs>(
  pattern: Pattern<Specs>,
): Pattern<Specs> {
  return pattern;
}
