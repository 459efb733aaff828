// SPDX-License-Identifier: GPL-2.0-or-later

/** A value in a JSON document that cannot be: what it is, what was expected, what was found. */
export class UnexpectedValue extends Error {
  override readonly name = 'UnexpectedValue';

  static of(place: string, expected: string, found: unknown): UnexpectedValue {
    const got = found === undefined ? 'nothing' : JSON.stringify(found).slice(0, 100);
    return new UnexpectedValue(`${place}: expected ${expected}, got ${got}`);
  }
}

/** @throws UnexpectedValue unless it is an object */
export function mapping(place: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw UnexpectedValue.of(place, 'an object', value);
}

/** @throws UnexpectedValue unless it is an array of at least so many items */
export function list(place: string, value: unknown, least: number): readonly unknown[] {
  if (Array.isArray(value) && value.length >= least) return value;
  throw UnexpectedValue.of(place, `a list of at least ${least}`, value);
}

/** @throws UnexpectedValue unless it is a text that is not empty */
export function text(place: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw UnexpectedValue.of(place, 'a text', value);
}

/** @throws UnexpectedValue unless it is a whole number, at least so large */
export function wholeNumber(place: string, value: unknown, least: number): number {
  if (Number.isSafeInteger(value) && Number(value) >= least) return Number(value);
  throw UnexpectedValue.of(place, `a whole number from ${least} on`, value);
}

/** @throws UnexpectedValue unless it is one of several words */
export function oneOf<const T extends string>(
  place: string,
  value: unknown,
  choices: readonly T[],
): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw UnexpectedValue.of(place, `one of ${choices.join(', ')}`, value);
}
