// SPDX-License-Identifier: GPL-2.0-or-later

const unitBytes: Readonly<Record<string, number>> = {
  '': 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
};

/** What `parseSize` understands, for messages. */
export const SIZE_SYNTAX = 'a size such as 64M, 64MiB, 1G, 65536K or a number of bytes';

/**
 * Reads a size: a whole number and K, M or G (or KiB, MiB, GiB; in either case), which are powers of
 * 1024, or no unit for bytes. `MB` is refused, since to many it is a million bytes.
 *
 * @returns bytes, or undefined if the text is no size
 */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+)(?:([kmg])(?:ib)?)?$/i.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * unitBytes[(match[2] ?? '').toLowerCase()]!;
}

/** A size in the largest unit that divides it: `64M`, `65537`. */
export function formatSize(bytes: number): string {
  for (const unit of ['g', 'm', 'k']) {
    if (bytes > 0 && bytes % unitBytes[unit]! === 0) {
      return `${bytes / unitBytes[unit]!}${unit.toUpperCase()}`;
    }
  }
  return String(bytes);
}
