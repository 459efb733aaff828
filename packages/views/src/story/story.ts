// SPDX-License-Identifier: GPL-2.0-or-later

/** Something that is so: `CR2`, `0x08049123`, and what that is. */
export interface Fact {
  readonly kind: 'fact';
  readonly name: string;
  readonly value: string;
  readonly note?: string;
}

/** An entry that a walk meets. */
export interface EntryLine {
  readonly kind: 'entry';
  /** Whose table, its level, and the index in it: `shadow top[32]`. */
  readonly name: string;
  /** Where it is: `hpa 0x05a00080` or `gpa 0x01800080`. */
  readonly at: string;
  readonly value: string;
  /** Its flags and page number in words. */
  readonly flags: string;
}

/** Something that is checked. */
export interface Check {
  readonly kind: 'check';
  readonly what: string;
  readonly passed: boolean;
}

/** Something that the step has changed. */
export interface Change {
  readonly kind: 'change';
  readonly name: string;
  readonly at?: string;
  readonly before: string;
  readonly after: string;
  /** What the two values mean, where that is not plain. */
  readonly note?: string;
}

export type Line = Fact | EntryLine | Check | Change;

/** What one message does. */
export interface Step {
  /** The message that begins it. */
  readonly topic: string;
  readonly sequence: number;
  /** Clock of the host CPU, in cycles. */
  readonly time: number;
  readonly cpu: number;
  /** Who does it: `CPU 0`, `Switcher`, `shadow MMU`. */
  readonly who: string;
  /** What it does, in a sentence. */
  readonly title: string;
  readonly lines: readonly Line[];
}

/** One event of a run, told step by step. */
export interface Story {
  readonly title: string;
  readonly about: readonly Fact[];
  readonly steps: readonly Step[];
}

/** A fact. */
export function fact(name: string, value: string, note?: string): Fact {
  return note === undefined ? { kind: 'fact', name, value } : { kind: 'fact', name, value, note };
}
