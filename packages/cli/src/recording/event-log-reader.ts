// SPDX-License-Identifier: GPL-2.0-or-later
import { createReadStream } from 'node:fs';
import { RecordError } from '@lguest-sim/bus';
import type { LoadedPlugins } from '../plugins/load-plugins.js';
import { CommandError, systemReason } from '../errors.js';
import { readEnd, readHeader, type EventLogEnd, type EventLogHeader } from './event-log.js';
import { UnexpectedValue } from './json-values.js';

/** More than any line of a log: what is longer is no log. */
const MOST_LINE_CHARACTERS = 1 << 24;

/** How a log ends: with its last record, or cut off, perhaps in the middle of a line. */
export type LogEnding =
  | { readonly kind: 'end'; readonly end: EventLogEnd }
  | { readonly kind: 'cut-off'; readonly halfLine: boolean };

/** Reads an event log line by line, however long it is. */
export class EventLogReader {
  readonly path: string;
  /** Number of the line read last, from 1 on. */
  line = 0;
  /** Known once `next` has returned undefined. */
  ending: LogEnding | undefined;
  readonly #lines: AsyncGenerator<Line, void>;

  constructor(path: string) {
    this.path = path;
    this.#lines = linesOf(path);
  }

  /**
   * Reads the first line.
   * @param plugins that the command was given; those of the run have to be among them
   * @throws CommandError if it is no header
   */
  async header(plugins?: LoadedPlugins): Promise<EventLogHeader> {
    const line = await this.#take();
    if (line === undefined) throw this.bad('expected the header of an event log, got nothing');
    return this.#parse(line, (value) => readHeader(value, plugins));
  }

  /**
   * Reads the next message's line.
   *
   * @returns undefined when there is none; `ending` says why
   * @throws CommandError if the file cannot be read, or goes on after its end
   */
  async next(): Promise<string | undefined> {
    if (this.ending !== undefined) return undefined;
    const line = await this.#take();
    if (line === undefined) return this.#endAs({ kind: 'cut-off', halfLine: false });
    if (!line.whole && !isJson(line.text)) return this.#endAs({ kind: 'cut-off', halfLine: true });
    if (!line.text.startsWith('{"status"')) return line.text;
    const end = this.#parse(line, readEnd);
    if ((await this.#take()) !== undefined)
      throw this.bad('expected nothing after the last record');
    this.line--;
    return this.#endAs({ kind: 'end', end });
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    await this.#lines.return();
  }

  /** Says what is wrong with the line read last. */
  explain(error: unknown): unknown {
    if (error instanceof SyntaxError) return this.bad(`expected a line of JSON: ${error.message}`);
    const isOurs = error instanceof UnexpectedValue || error instanceof RecordError;
    return isOurs ? this.bad(error.message) : error;
  }

  #parse<T>({ text }: Line, read: (value: unknown) => T): T {
    try {
      return read(JSON.parse(text));
    } catch (error) {
      throw this.explain(error);
    }
  }

  async #take(): Promise<Line | undefined> {
    try {
      const next = await this.#lines.next();
      this.line++;
      return next.done === true ? undefined : next.value;
    } catch (error) {
      const message = `${this.path}: expected an event log, found: ${systemReason(error)}`;
      throw new CommandError('INPUT_FAILED', message, { cause: error });
    }
  }

  #endAs(ending: LogEnding): undefined {
    this.ending = ending;
    return undefined;
  }

  /** The error for the line read last. */
  bad(problem: string): CommandError {
    return new CommandError('INPUT_FAILED', `${this.path}:${this.line}: ${problem}`);
  }
}

interface Line {
  readonly text: string;
  /** Whether a line end follows. */
  readonly whole: boolean;
}

async function* linesOf(path: string): AsyncGenerator<Line, void> {
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 18 })) {
    const texts = (rest + (chunk as string)).split('\n');
    rest = texts.pop()!;
    for (const text of texts) yield { text, whole: true };
    if (rest.length > MOST_LINE_CHARACTERS) throw new Error('a line that is too long');
  }
  if (rest !== '') yield { text: rest, whole: false };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
