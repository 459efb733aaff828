// SPDX-License-Identifier: GPL-2.0-or-later
import type { Envelope } from '../bus.js';
import { messageLine, readRecord, recordOf, type MessageRecord } from './message-record.js';

/** A field that two messages have differently; undefined where one has no such field. */
export interface FieldDifference {
  /** Such as `time` or `payload.address`. */
  readonly field: string;
  /** Its value in the recorded message. */
  readonly expected: unknown;
  /** Its value in the message that came. */
  readonly found: unknown;
}

/** The first place where a run is not as it was recorded. */
export interface MessageDifference {
  /** The same messages before it, as lines, oldest first. */
  readonly before: readonly string[];
  /** What was recorded; undefined if the recorded run had ended. */
  readonly expected: string | undefined;
  /** What came; undefined if the run had ended. */
  readonly found: string | undefined;
  /** Which fields differ; none if one of the two is missing. */
  readonly fields: readonly FieldDifference[];
}

/** Messages shown before a difference. */
const CONTEXT = 5;

/**
 * Compares a run's messages with recorded ones, in order, one at a time, and remembers the last few.
 */
export class MessageComparison {
  /** Messages that were the same. */
  same = 0;
  private readonly before: string[] = [];
  private readonly context: number;

  /** @param context messages to show before a difference */
  constructor(context = CONTEXT) {
    this.context = context;
  }

  /**
   * Compares the next message.
   *
   * @param expected its recorded line, without line end; undefined if the recorded run had ended
   * @param found undefined if the run has ended
   * @returns how they differ; undefined if they do not
   * @throws SyntaxError or RecordError for a line that is no message
   */
  next(expected: string | undefined, found: Envelope | undefined): MessageDifference | undefined {
    const line = found === undefined ? undefined : messageLine(found);
    const fields = expected === line ? [] : this.fieldsOf(expected, found);
    if (expected !== line && (fields.length > 0 || expected === undefined || line === undefined)) {
      return { before: [...this.before], expected, found: line, fields };
    }
    this.same++;
    if (line !== undefined) this.before.push(line);
    if (this.before.length > this.context) this.before.shift();
    return undefined;
  }

  /** Also finds out whether a line is a message at all; one may be written in another way. */
  private fieldsOf(expected: string | undefined, found: Envelope | undefined): FieldDifference[] {
    if (expected === undefined) return [];
    const record = readRecord(JSON.parse(expected));
    return found === undefined ? [] : fieldDifferences(record, recordOf(found));
  }
}

/** The fields that two messages have differently, in the order of the records. */
export function fieldDifferences(expected: MessageRecord, found: MessageRecord): FieldDifference[] {
  const [a, b] = [flat(expected), flat(found)];
  const names = new Set([...a.keys(), ...b.keys()]);
  return [...names]
    .filter((name) => JSON.stringify(a.get(name)) !== JSON.stringify(b.get(name)))
    .map((field) => ({ field, expected: a.get(field), found: b.get(field) }));
}

function flat({ payload, ...record }: MessageRecord): Map<string, unknown> {
  const inner = Object.entries(payload).map(([name, value]) => [`payload.${name}`, value] as const);
  return new Map<string, unknown>([...Object.entries(record), ...inner]);
}
