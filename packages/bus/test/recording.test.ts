// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Envelope } from '../src/bus.js';
import { routes, type Message, type Topic } from '../src/messages.js';
import { MessageComparison } from '../src/recording/message-comparison.js';
import { messageLine, readRecord, recordOf } from '../src/recording/message-record.js';
import { topics, type FieldType } from '../src/recording/topic-fields.js';

const trap: Envelope = {
  sequence: 7,
  time: 1200,
  message: { topic: 'trap', address: 4096, errorCode: 2, vector: 14, guest: 3, cpu: 1 },
};

const line = (sequence: number, time = sequence * 10): Envelope => ({
  sequence,
  time,
  message: { topic: 'migrated', cpu: 0, guest: 0, from: 1 },
});

/** Any message of any topic. */
const anyEnvelope: fc.Arbitrary<Envelope> = fc
  .constantFrom(...(Object.keys(topics) as Topic[]))
  .chain((topic) => {
    const fields = Object.entries(topics[topic].fields).map(([name, [type]]) => [
      name,
      valueOf(type),
    ]);
    const message = fc.record({
      topic: fc.constant(topic),
      cpu: fc.nat(63),
      guest: fc.integer({ min: -1, max: 1023 }),
      ...(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>),
    });
    return fc.record({
      sequence: fc.nat(),
      time: fc.maxSafeNat(),
      message: message as unknown as fc.Arbitrary<Message>,
    });
  });

function valueOf(type: FieldType): fc.Arbitrary<unknown> {
  if (type === 'integer') return fc.maxSafeInteger();
  if (type === 'integers') return fc.array(fc.maxSafeInteger());
  if (type === 'boolean') return fc.boolean();
  return type === 'text' ? fc.string() : fc.constantFrom(...type.choices);
}

describe('a message’s record', () => {
  it('has one order of keys, whatever order its publisher had', () => {
    expect(messageLine(trap)).toBe(
      '{"sequence":7,"time":1200,"cpu":1,"guest":3,"topic":"trap",' +
        '"payload":{"vector":14,"errorCode":2,"address":4096}}',
    );
  });

  it('is known for every topic', () => {
    expect(Object.keys(topics).sort()).toEqual(Object.keys(routes).sort());
  });

  it('is read again as it was written, for any message', () => {
    fc.assert(
      fc.property(anyEnvelope, (envelope) => {
        const text = messageLine(envelope);
        expect(text).toBe(JSON.stringify(recordOf(envelope)));
        expect(text).not.toContain('\n');
        expect(readRecord(JSON.parse(text))).toEqual(recordOf(envelope));
      }),
    );
  });

  it.each([
    [[], 'a message: expected an object, got []'],
    [{ sequence: 1.5 }, 'sequence: expected a whole number, got 1.5'],
    [{ sequence: 0, time: 0, cpu: 0 }, 'guest: expected a whole number, got nothing'],
    [
      { sequence: 0, time: 0, cpu: 0, guest: 0, topic: 'toString', payload: {} },
      'topic: expected the name of a topic, got "toString"',
    ],
    [
      { sequence: 0, time: 0, cpu: 0, guest: 0, topic: 'migrated', payload: { from: '1' } },
      'payload.from of migrated: expected a whole number, got "1"',
    ],
    [
      { sequence: 0, time: 0, cpu: 0, guest: 0, topic: 'process-ended', payload: { process: 0 } },
      'payload.exit of process-ended: expected one of exit, end-of-trace, killed, got nothing',
    ],
  ])('refuses %j', (value, message) => {
    expect(() => readRecord(value)).toThrow(message);
  });
});

describe('comparing a run with its record', () => {
  it('finds the first message that differs, its fields, and what came before', () => {
    const comparison = new MessageComparison(2);
    for (let n = 0; n < 5; n++)
      expect(comparison.next(messageLine(line(n)), line(n))).toBe(undefined);
    expect(comparison.same).toBe(5);
    expect(comparison.next(messageLine(line(5)), line(5, 51))).toEqual({
      before: [messageLine(line(3)), messageLine(line(4))],
      expected: messageLine(line(5)),
      found: messageLine(line(5, 51)),
      fields: [{ field: 'time', expected: 50, found: 51 }],
    });
  });

  it('names every field that only one of the two has', () => {
    const difference = new MessageComparison().next(messageLine(trap), { ...line(7, 1200) });
    expect(difference?.fields.map(({ field }) => field)).toEqual([
      'cpu',
      'guest',
      'topic',
      'payload.vector',
      'payload.errorCode',
      'payload.address',
      'payload.from',
    ]);
  });

  it('takes no offence at another way to write the same', () => {
    const spaced = JSON.stringify(recordOf(trap), undefined, 1).replaceAll('\n', '');
    expect(new MessageComparison().next(spaced, trap)).toBe(undefined);
  });

  it('tells which of the two has ended', () => {
    const text = messageLine(trap);
    const longer = new MessageComparison().next(undefined, trap);
    expect(longer).toEqual({ before: [], expected: undefined, found: text, fields: [] });
    const shorter = new MessageComparison().next(text, undefined);
    expect(shorter).toEqual({ before: [], expected: text, found: undefined, fields: [] });
  });

  it('refuses a line that is no message', () => {
    expect(() => new MessageComparison().next('{"sequence":', trap)).toThrow(SyntaxError);
    expect(() => new MessageComparison().next('{}', trap)).toThrow('sequence: expected');
  });
});
