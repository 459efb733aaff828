// SPDX-License-Identifier: GPL-2.0-or-later

/** What can stand in one place of a command line: how it is called, and what a shell can offer there. */
export interface ValueSyntax {
  /** Such as `CYCLES`, or `mended|original`. */
  readonly name: string;
  /** Words that it can be; one that ends in `=` goes on. */
  readonly words?: readonly string[];
  /** Whether names of files, or of directories only, can stand there. */
  readonly paths?: 'files' | 'directories';
}

/** Formats of page tables. */
export const pagingNames = ['two-level', 'pae'] as const;

/** With which of the original's defects. */
export const fidelityNames = ['mended', 'original'] as const;

/** A whole number. */
export const aNumber: ValueSyntax = { name: 'N' };

/** Virtual time. */
export const cycles: ValueSyntax = { name: 'CYCLES' };

/** The name of a file. */
export const file: ValueSyntax = { name: 'FILE', paths: 'files' };

/** The name of a file, or `-` for standard input or output. */
export const fileOrDash: ValueSyntax = { name: 'FILE|-', paths: 'files' };

/** The name of a directory. */
export const directory: ValueSyntax = { name: 'DIR', paths: 'directories' };

/** One of some words. */
export function wordOf(words: readonly string[]): ValueSyntax {
  return { name: words.join('|'), words };
}

/** An option that takes one of some words, with which its description ends. */
export function optionOf<const T extends string>(
  describe: string,
  words: readonly T[],
  defaultDescription: T,
): {
  readonly type: 'string';
  readonly describe: string;
  readonly defaultDescription: T;
  readonly takes: ValueSyntax;
} {
  return {
    type: 'string',
    describe: `${describe}: ${words.join(', ')}`,
    defaultDescription,
    takes: wordOf(words),
  };
}
