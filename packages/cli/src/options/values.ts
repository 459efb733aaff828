// SPDX-License-Identifier: GPL-2.0-or-later
import { optionError } from '../errors.js';
import { formatSize, parseSize, SIZE_SYNTAX } from './sizes.js';

/** Smallest and largest value that an option takes. */
export type Range = readonly [least: number, most: number];

/** A whole number in a range. */
export function wholeNumber(option: string, text: string, [least, most]: Range): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw optionError(option, `a whole number from ${least} to ${most}`, text);
}

/** A size in bytes: a whole number of pages in a range. */
export function memorySize(option: string, text: string, [least, most]: Range): number {
  const bytes = parseSize(text);
  if (bytes === undefined) throw optionError(option, SIZE_SYNTAX, text);
  if (bytes < least || bytes > most) {
    throw optionError(option, `a size from ${formatSize(least)} to ${formatSize(most)}`, text);
  }
  if (bytes % 4096 !== 0) throw optionError(option, 'whole pages of 4096 bytes', text);
  return bytes;
}

/** One of several words. */
export function choice<const T extends string>(
  option: string,
  text: string,
  choices: readonly T[],
): T {
  const found = choices.find((candidate) => candidate === text);
  if (found === undefined) throw optionError(option, `one of ${choices.join(', ')}`, text);
  return found;
}

/** What a plug-in is called. Which ones there are is the simulation's to say. */
export function pluginName(option: string, text: string): string {
  if (text === '') throw optionError(option, 'a name', text);
  return text;
}

/** A TLB's shape, `ENTRIESxWAYS`. Which shapes there can be is the simulation's to say. */
export function tlbShape(option: string, text: string): { entries: number; ways: number } {
  const match = /^(\d{1,9})x(\d{1,9})$/i.exec(text);
  if (match === null) throw optionError(option, 'ENTRIESxWAYS such as 64x4', text);
  return { entries: Number(match[1]), ways: Number(match[2]) };
}

/** A file's name, which is anything but nothing. */
export function fileName(option: string, text: string): string {
  if (text === '') throw optionError(option, 'a file name, or -', text);
  return text;
}
