// SPDX-License-Identifier: GPL-2.0-or-later

/** Something that is so: `CR2`, `0x08049123`, and what that is. */
export interface Fact {
  /** Something that is so. */
  readonly kind: 'fact';
  /** What of. */
  readonly name: string;
  /** What it is. */
  readonly value: string;
  /** What that means. */
  readonly note?: string;
}

/** An entry that a walk meets. */
export interface EntryLine {
  /** An entry of a page table. */
  readonly kind: 'entry';
  /** Whose table, its level, and the index in it: `shadow top[32]`. */
  readonly name: string;
  /** Where it is: `hpa 0x05a00080` or `gpa 0x01800080`. */
  readonly at: string;
  /** The entry in hex, with its flags. */
  readonly value: string;
  /** Its flags and page number in words. */
  readonly flags: string;
}

/** Something that is checked. */
export interface Check {
  /** Something that the host looked at. */
  readonly kind: 'check';
  /** What it asked. */
  readonly what: string;
  /** Whether the answer was yes. */
  readonly passed: boolean;
}

/** Something that the step has changed. */
export interface Change {
  /** Something that was changed. */
  readonly kind: 'change';
  /** What. */
  readonly name: string;
  /** Where: an address. */
  readonly at?: string;
  /** What was there. */
  readonly before: string;
  /** What is there now. */
  readonly after: string;
  /** What the two values mean, where that is not plain. */
  readonly note?: string;
}

/** One line of a story. */
export type Line = Fact | EntryLine | Check | Change;

/** What one message does. */
export interface Step {
  /** The message that begins it. */
  readonly topic: string;
  /** Number of the message, counted from 0. */
  readonly sequence: number;
  /** Clock of the host CPU, in cycles. */
  readonly time: number;
  /** Number of the host CPU. */
  readonly cpu: number;
  /** Who does it: `CPU 0`, `Switcher`, `shadow MMU`. */
  readonly who: string;
  /** What it does, in a sentence. */
  readonly title: string;
  /** What it told, and what came of it. */
  readonly lines: readonly Line[];
}

/** One event of a run, told step by step. */
export interface Story {
  /** What it is about, in a line. */
  readonly title: string;
  /** What one has to know beforehand. */
  readonly about: readonly Fact[];
  /** Message after message. */
  readonly steps: readonly Step[];
}

/** A fact. */
export function fact(name: string, value: string, note?: string): Fact {
  return note === undefined ? { kind: 'fact', name, value } : { kind: 'fact', name, value, note };
}
