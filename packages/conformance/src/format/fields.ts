// SPDX-License-Identifier: GPL-2.0-or-later
import { ConformanceError } from './conformance-error.js';
import type { Word64 } from './operation.js';

/** A JSON object before anything is known about it. */
export type JsonObject = Readonly<Record<string, unknown>>;

const hexadecimal = /^0x(?:0|[1-9a-f][0-9a-f]*)$/;
const LIMIT_32 = 2 ** 32;

/** What the format says about a string of hexadecimal, for messages. */
const hexShape = 'a string of lower-case hexadecimal ("0x1f", no leading zeros)';

/**
 * Checks one line's fields and hands them over typed. Every method takes the value, and a name for
 * it to use in a message; messages are put together only on failure, as a file has millions of fields.
 */
export class Fields {
  /** Line being read, counted from 1. */
  line = 0;

  /** @throws ConformanceError always: names the line, the field, what is there and what should be */
  fail(where: string, value: unknown, expected: string): never {
    if (value === undefined) {
      throw new ConformanceError(this.line, `${where} is missing: expected ${expected}`);
    }
    throw new ConformanceError(this.line, `${where} is ${show(value)}: expected ${expected}`);
  }

  /** An object with no keys but the given ones. */
  object(value: unknown, where: string, keys: ReadonlySet<string>): JsonObject {
    if (!isObject(value)) this.fail(where, value, 'an object');
    for (const key in value) {
      if (!keys.has(key)) this.failKey(where, key, keys);
    }
    return value;
  }

  private failKey(where: string, key: string, keys: ReadonlySet<string>): never {
    const known = [...keys].join(', ');
    throw new ConformanceError(
      this.line,
      `${where} has a key ${show(key)}: expected only ${known}`,
    );
  }

  /** An integer from 0 to `limit` - 1. */
  below(value: unknown, limit: number, where: string): number {
    if (Number.isInteger(value) && (value as number) >= 0 && (value as number) < limit) {
      return value as number;
    }
    this.fail(where, value, `an integer from 0 to ${limit - 1}`);
  }

  /** An integer from `least` to `most`. */
  between(value: unknown, least: number, most: number, where: string): number {
    if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) {
      return value as number;
    }
    this.fail(where, value, `an integer from ${least} to ${most}`);
  }

  /** A count, index, error code or random number: an integer below 2^32. */
  integer(value: unknown, where: string): number {
    if (Number.isInteger(value) && (value as number) >= 0 && (value as number) < LIMIT_32) {
      return value as number;
    }
    this.fail(where, value, 'an integer from 0 to 2^32 - 1');
  }

  /** A count or null. */
  integerOrNull(value: unknown, where: string): number | null {
    return value === null ? null : this.integer(value, where);
  }

  boolean(value: unknown, where: string): boolean {
    if (typeof value === 'boolean') return value;
    this.fail(where, value, 'true or false');
  }

  text(value: unknown, where: string): string {
    if (typeof value === 'string' && value.length > 0) return value;
    this.fail(where, value, 'a string that is not empty');
  }

  /** One of the given words. */
  oneOf<T extends string | number>(value: unknown, choices: readonly T[], where: string): T {
    const choice = choices.find((candidate) => candidate === value);
    if (choice !== undefined) return choice;
    this.fail(where, value, choices.map((candidate) => JSON.stringify(candidate)).join(' or '));
  }

  list(value: unknown, where: string): readonly unknown[] {
    if (Array.isArray(value)) return value;
    this.fail(where, value, 'a list');
  }

  /** A list of exactly `length` values. */
  tuple(value: unknown, length: number, where: string): readonly unknown[] {
    if (Array.isArray(value) && value.length === length) return value;
    this.fail(where, value, `a list of ${length} values`);
  }

  /** Hexadecimal of up to 32 bits, left as it is: such a string has one spelling only. */
  hex(value: unknown, where: string): string {
    if (typeof value !== 'string' || !hexadecimal.test(value)) this.fail(where, value, hexShape);
    if (value.length > 10) this.fail(where, value, 'at most 32 bits');
    return value;
  }

  /** Hexadecimal of up to 32 bits, as a number. */
  address(value: unknown, where: string): number {
    return Number.parseInt(this.hex(value, where).slice(2), 16);
  }

  /** Hexadecimal of up to `bits` (32 or 64) bits, as two halves. */
  word(value: unknown, bits: number, where: string): Word64 {
    if (typeof value !== 'string' || !hexadecimal.test(value)) this.fail(where, value, hexShape);
    if (value.length > 2 + bits / 4) this.fail(where, value, `at most ${bits} bits`);
    return halves(value);
  }
}

/** The two halves of a number written in hexadecimal of up to 64 bits. */
export function halves(text: string): Word64 {
  const low = Number.parseInt(text.slice(Math.max(2, text.length - 8)), 16);
  return { low, high: text.length > 10 ? Number.parseInt(text.slice(2, -8), 16) : 0 };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
