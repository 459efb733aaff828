// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * A pattern that is asked for with something that it does not take, or one that was plugged in and
 * does what it must not. `message` is one line.
 */
export class PatternError extends Error {
  /** Name of the class. */
  override readonly name = 'PatternError';
  /** The pattern's name as it was asked for. */
  readonly pattern: string;
  /** The option that is wrong, or what the pattern did; undefined where it is the pattern's name. */
  readonly option: string | undefined;
  /** What would have been right, for example `a whole number from 1 to 524288`. */
  readonly expected: string;
  /** What was given, as text. */
  readonly found: string;

  constructor(
    pattern: string,
    option: string | undefined,
    expected: string,
    found: unknown,
    cause?: unknown,
  ) {
    const text = describe(found);
    const place = option === undefined ? 'pattern' : `pattern ${pattern}: ${option}`;
    super(`${place}: expected ${expected}, found ${text}`, cause === undefined ? {} : { cause });
    this.pattern = pattern;
    this.option = option;
    this.expected = expected;
    this.found = text;
  }
}

function describe(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value === undefined) return 'nothing';
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return typeof value;
  }
}
