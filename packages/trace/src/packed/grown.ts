// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * An array that is long enough, with whatever in it: the one at hand, or a new one twice as long. A trace is
 * open for each process that runs it, so what a block needs is taken, not what it could need.
 */
export function grown<Numbers extends Int32Array | Uint16Array | Uint8Array>(
  numbers: Numbers,
  length: number,
): Numbers {
  if (length <= numbers.length) return numbers;
  return new (numbers.constructor as new (length: number) => Numbers)(2 * length);
}
