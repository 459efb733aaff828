// SPDX-License-Identifier: GPL-2.0-or-later
import {
  BOOT_TOPS,
  MOST_ACCESSES,
  MOST_BYTES,
  MOST_OPERATIONS,
  MOST_WORDS,
  RAISED_VECTORS,
  type HostileOperation,
} from './operation.js';

/** What a hostile guest is made of, as plain data. */
export interface HostileOptions {
  /** What it does, in order. */
  readonly operations: readonly HostileOperation[];
}

/** Data that is not what it has to be: where in it, and what was expected. */
export class BadOperation extends Error {
  /** Name of the class. */
  override readonly name = 'BadOperation';
  /** Such as `options.operations[3].vector`. */
  readonly place: string;
  /** What could be there. */
  readonly expected: string;
  /** What is there. */
  readonly actual: unknown;

  constructor(place: string, expected: string, actual: unknown) {
    super(`${place}: expected ${expected}`);
    this.place = place;
    this.expected = expected;
    this.actual = actual;
  }
}

type Check = (place: string, value: unknown) => void;

const word = whole(0, 2 ** 32 - 1);
const kind = oneOf(['fetch', 'load', 'store']);
const call = { number: word, args: listOf(word, 4) };

/** What each kind of operation has beside `do`. */
const shapes: Readonly<Record<HostileOperation['do'], Readonly<Record<string, Check>>>> = {
  boot: { top: oneOf(BOOT_TOPS) },
  call,
  queue: { status: whole(0, 255), ...call },
  entry: { table: word, index: whole(0, 1023), low: word, high: word },
  write: { gpa: word, words: listOf(word, MOST_WORDS) },
  touch: { kind, address: word },
  fill: { address: word, value: word, step: word, count: whole(0, 1024) },
  copy: { from: word, to: word },
  return: {
    eip: word,
    cs: word,
    eflags: word,
    esp: word,
    ss: word,
    accesses: listOf(checkAccess, MOST_ACCESSES),
  },
  interrupt: { vector: whole(0, 255) },
  raise: { vector: oneOf(RAISED_VECTORS), errorCode: word },
  stack: { esp: word },
};

/**
 * Takes data of any kind for what a hostile guest is made of.
 * @throws BadOperation for the first thing in it that cannot be
 */
export function checkHostileOptions(options: unknown): asserts options is HostileOptions {
  const { operations } = mapping('options', options);
  listOf(checkOperation, MOST_OPERATIONS)('options.operations', operations);
}

function checkOperation(place: string, value: unknown): void {
  const operation = mapping(place, value);
  const name = operation['do'];
  oneOf(Object.keys(shapes))(`${place}.do`, name);
  const shape = shapes[name as HostileOperation['do']];
  for (const [key, check] of Object.entries(shape)) check(`${place}.${key}`, operation[key]);
}

function checkAccess(place: string, value: unknown): void {
  if (!Array.isArray(value) || value.length !== 3) {
    throw new BadOperation(place, 'a list of kind, address and bytes', value);
  }
  kind(`${place}[0]`, value[0]);
  word(`${place}[1]`, value[1]);
  whole(1, MOST_BYTES)(`${place}[2]`, value[2]);
}

function mapping(place: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new BadOperation(place, 'a mapping', value);
}

function whole(least: number, most: number): Check {
  return (place, value) => {
    if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return;
    throw new BadOperation(place, `a whole number from ${least} to ${most}`, value);
  };
}

function oneOf(choices: readonly unknown[]): Check {
  return (place, value) => {
    if (choices.includes(value)) return;
    throw new BadOperation(place, `one of ${choices.join(', ')}`, value);
  };
}

function listOf(check: Check, most: number): Check {
  return (place, value) => {
    if (!Array.isArray(value)) throw new BadOperation(place, 'a list', value);
    if (value.length > most) throw new BadOperation(place, `at most ${most}`, value.length);
    value.forEach((item, index) => check(`${place}[${index}]`, item));
  };
}
