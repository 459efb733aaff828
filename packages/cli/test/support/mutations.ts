// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';

/** One change of a file's bytes; where is a fraction of its length. */
interface Edit {
  readonly kind: 'flip' | 'overwrite' | 'insert' | 'delete' | 'repeat' | 'number' | 'cut';
  readonly where: number;
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly number: string;
}

/** Numbers that readers are tempted to take for sizes. */
const numbers = [
  '0',
  '-1',
  '1e309',
  '65536',
  '4294967295',
  '4294967296',
  '9007199254740991',
  '9007199254740993',
  '99999999999999999999',
  '0x7fffffff',
  'null',
  '[]',
  '{}',
];

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('flip', 'overwrite', 'insert', 'delete', 'repeat', 'number', 'cut'),
  where: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.oneof(fc.nat(8), fc.nat(2000)),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 12 }),
    fc.constantFrom('"', '\n', '[', '}', '-', ': ', '\xff', '*a', '&a', '\r\n', '\0').map(latin1),
  ),
  number: fc.constantFrom(...numbers),
});

/** Bytes that are one of some files with changes, two of them put together, or anything at all. */
export function mutated(files: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const file = fc.constantFrom(...files);
  const edits = fc.array(edit, { minLength: 1, maxLength: 6 });
  const changed = fc.tuple(file, edits).map(([bytes, all]) => all.reduce(apply, bytes));
  const spliced = fc
    .tuple(file, file, fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([a, b, where]) => splice(a, b, where));
  const random = fc.uint8Array({ maxLength: 300 });
  return fc.oneof(
    { arbitrary: changed, weight: 8 },
    { arbitrary: spliced, weight: 1 },
    { arbitrary: random, weight: 1 },
  );
}

function apply(bytes: Uint8Array, change: Edit): Uint8Array {
  const at = Math.floor(change.where * bytes.length);
  const end = Math.min(bytes.length, at + change.length);
  switch (change.kind) {
    case 'flip': {
      const copy = bytes.slice();
      if (at < copy.length) copy[at]! ^= 1 << (change.length & 7);
      return copy;
    }
    case 'overwrite':
      return join(bytes.subarray(0, at), change.bytes, bytes.subarray(at + change.bytes.length));
    case 'insert':
      return join(bytes.subarray(0, at), change.bytes, bytes.subarray(at));
    case 'delete':
      return join(bytes.subarray(0, at), bytes.subarray(end));
    case 'repeat':
      return join(bytes.subarray(0, end), bytes.subarray(at));
    case 'cut':
      return bytes.subarray(0, at);
    case 'number':
      return withNumber(bytes, at, change.number);
  }
}

/** Another number in place of the next one. */
function withNumber(bytes: Uint8Array, at: number, number: string): Uint8Array {
  const isDigit = (byte: number | undefined): boolean =>
    byte !== undefined && byte >= 0x30 && byte <= 0x39;
  let start = at;
  while (start < bytes.length && !isDigit(bytes[start])) start++;
  let end = start;
  while (isDigit(bytes[end])) end++;
  return join(bytes.subarray(0, start), latin1(number), bytes.subarray(end));
}

function splice(a: Uint8Array, b: Uint8Array, where: number): Uint8Array {
  const at = Math.floor(where * Math.min(a.length, b.length));
  return join(a.subarray(0, at), b.subarray(at));
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function latin1(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}
