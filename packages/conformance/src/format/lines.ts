// SPDX-License-Identifier: GPL-2.0-or-later
import { ConformanceError } from './conformance-error.js';

/** A file's contents: all at once, or in chunks of text or of UTF-8 bytes. */
export type TraceInput = string | Uint8Array | Iterable<string | Uint8Array>;

/** The part used here of what every browser and Node have, but no ECMAScript library declares. */
declare class TextDecoder {
  constructor(encoding: string, options: { fatal: boolean });
  decode(bytes?: Uint8Array, options?: { stream: boolean }): string;
}

/** Most characters of a line: what is longer is no recording, and not to be held. */
const MOST_LINE_CHARACTERS = 2 ** 24;

/** One line of a file, without its end. */
export interface Line {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
}

/**
 * Cuts a file into lines. Lines end in a line feed, with or without a carriage return before it; the
 * last one need not.
 *
 * @throws ConformanceError if bytes are not UTF-8, or a line is too long to be one
 */
export function* readLines(input: TraceInput): Generator<Line> {
  let number = 1;
  let rest = '';
  for (const text of decode(input, () => number)) {
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      yield { number: number++, text: withoutReturn(rest + text.slice(start, end)) };
      rest = '';
      start = end + 1;
    }
    rest += text.slice(start);
    if (rest.length > MOST_LINE_CHARACTERS) {
      const most = `a line of at most ${MOST_LINE_CHARACTERS} characters`;
      throw new ConformanceError(number, `expected ${most}, found a longer one`);
    }
  }
  if (rest !== '') yield { number, text: withoutReturn(rest) };
}

function* decode(input: TraceInput, line: () => number): Generator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const inUtf8 = (bytes?: Uint8Array): string => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch {
      throw new ConformanceError(line(), 'bytes that are not UTF-8 on this line or soon after it');
    }
  };
  for (const chunk of chunksOf(input)) yield typeof chunk === 'string' ? chunk : inUtf8(chunk);
  yield inUtf8();
}

function chunksOf(input: TraceInput): Iterable<string | Uint8Array> {
  return typeof input === 'string' || input instanceof Uint8Array ? [input] : input;
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}
