// SPDX-License-Identifier: GPL-2.0-or-later
import { readFile, stat } from 'node:fs/promises';
import { systemReason, usageError } from '../errors.js';
import { formatSize } from '../options/sizes.js';
import { scenarioError } from './document.js';

/** What a file is to hold. */
export interface ExpectedText {
  /** For messages: `a scenario`. */
  readonly what: string;
  /** Most bytes it may have. */
  readonly most: number;
  readonly hint?: string;
  /** The same for a file that cannot be read, where that is to be told otherwise. */
  readonly missing?: { readonly what: string; readonly hint: string };
}

/**
 * Reads a file that is to be YAML.
 * @throws CommandError if it cannot be read, is too large, or is no text
 */
export async function yamlText(path: string, expected: ExpectedText): Promise<string> {
  const text = await read(path, expected);
  if (text === undefined) throw unfit(path, expected, 'a larger file');
  if (/[\0\ufffd]/.test(text)) throw unfit(path, expected, 'what is no text');
  return text;
}

async function read(
  path: string,
  { what, most, missing }: ExpectedText,
): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    return size <= most ? await readFile(path, 'utf8') : undefined;
  } catch (error) {
    const message = `${path}: expected ${missing?.what ?? what}, found: ${systemReason(error)}`;
    throw scenarioError(message, error, missing?.hint);
  }
}

function unfit(path: string, { what, most, hint }: ExpectedText, found: string): Error {
  const expected = `${what}, a YAML file of at most ${formatSize(most)}`;
  return usageError(`${path}: expected ${expected}, found ${found}`, hint);
}
