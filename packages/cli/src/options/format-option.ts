// SPDX-License-Identifier: GPL-2.0-or-later
import type { ParsedArguments } from './command-syntax.js';
import { optionOf } from './value-syntax.js';
import { choice } from './values.js';

/** Forms in which something can be told. */
export const formats = ['text', 'markdown', 'json'] as const;
export type Format = (typeof formats)[number];

/** `--format` */
export const formatOption = optionOf('In which form', formats, 'text');

/** Reads `--format`. @throws CommandError for one that there is not */
export function readFormat({ format }: ParsedArguments['texts']): Format {
  return format === undefined ? 'text' : choice('format', format, formats);
}
