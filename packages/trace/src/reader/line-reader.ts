// SPDX-License-Identifier: GPL-2.0-or-later
import type { TraceParser, TraceReader, TraceSink } from './trace-reader.js';

/** A form of traces of which each line stands for itself. */
export interface LineFormat {
  /** For messages. */
  readonly name: string;
  /** Whether a trace is of this form. @param firstLine without its end */
  readonly matches: (firstLine: string) => boolean;
  /**
   * Starts to read one trace.
   * @returns what takes its lines, without their ends, the first one included
   */
  readonly open: (sink: TraceSink) => (text: string, line: number) => void;
}

/** Longer than a line of any trace. */
const MOST_LINE_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/**
 * Makes a reader of a form of which each line stands for itself. A byte is a character there
 * (ISO 8859-1), and lines end with a newline, which may have a carriage return before it.
 */
export function lineReader({ name, matches, open }: LineFormat): TraceReader {
  return {
    name,
    matches: (head) => matches(textOf(head, 0, endOfLine(head, 0) ?? head.length)),
    open: (sink) => new LineParser(sink, open(sink)),
  };
}

class LineParser implements TraceParser {
  readonly #sink: TraceSink;
  readonly #take: (text: string, line: number) => void;
  /** The beginning of a line whose end has not arrived. */
  #begun = '';
  #lines = 0;

  constructor(sink: TraceSink, take: (text: string, line: number) => void) {
    this.#sink = sink;
    this.#take = take;
  }

  write(bytes: Uint8Array): void {
    let start = 0;
    for (;;) {
      const end = endOfLine(bytes, start);
      this.#begun += textOf(bytes, start, end ?? bytes.length);
      if (this.#begun.length > MOST_LINE_BYTES) {
        const problem = `expected a line of at most ${MOST_LINE_BYTES} bytes, found a longer one`;
        throw this.#sink.error(problem, this.#lines + 1);
      }
      if (end === undefined) return;
      this.#line();
      start = end + 1;
    }
  }

  end(): void {
    if (this.#begun !== '') this.#line();
  }

  #line(): void {
    const text = this.#begun;
    this.#begun = '';
    this.#take(text.endsWith('\r') ? text.slice(0, -1) : text, ++this.#lines);
  }
}

function endOfLine(bytes: Uint8Array, start: number): number | undefined {
  const at = bytes.indexOf(NEWLINE, start);
  return at < 0 ? undefined : at;
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}
