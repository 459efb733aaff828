// SPDX-License-Identifier: GPL-2.0-or-later

/** Deeper than any state needs to be; what goes round in circles is deeper. */
const DEEPEST = 64;

/**
 * Whether a value is plain data, which a checkpoint can hold: numbers, texts, typed arrays, and
 * lists, maps, sets and objects without a class of these.
 */
export function isPlainData(value: unknown, depth = 0): boolean {
  if (typeof value === 'function' || typeof value === 'symbol') return false;
  if (typeof value !== 'object' || value === null) return true;
  if (depth > DEEPEST) return false;
  const areAll = (values: Iterable<unknown>): boolean =>
    [...values].every((inner) => isPlainData(inner, depth + 1));
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return true;
  if (value instanceof Map) return areAll([...(value as Map<unknown, unknown>)].flat());
  if (Array.isArray(value) || value instanceof Set) return areAll(value as Iterable<unknown>);
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && areAll(Object.values(value));
}
