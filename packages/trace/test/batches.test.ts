// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccessBatch } from '../src/index.js';
import { readBatches, textSource } from './support/reading.js';

const line = fc.constantFrom(
  'I  08049b00,2',
  ' L fea958b0,4',
  ' M 08049ffe,4',
  ' S 7ffc12345678,16',
  ' L 0810000C,10\r',
  '==24710== Lackey',
  '',
  'SYSCALL[7,1](45) sys_brk ( 0x0 ) --> [pre-success] Success(0x8244000) ',
  'SYSCALL[7,1](3) sys_read ( 4, 0x8244d10, 4096 ) --> [async] ... ',
  'SYSCALL[7,1](3) ... [async] --> Success(0x1ec) ',
  'SYSCALL[7,1](386) unimplemented (by the kernel) syscall: 386! (ni_syscall)',
  ' --> [pre-fail] Failure(0x26) ',
);

const trace = fc
  .tuple(fc.array(line, { maxLength: 40 }), fc.boolean())
  .map(([lines, ended]) => ['I  08049b00,2', ...lines].join('\n') + (ended ? '\n' : ''));

describe('batches', () => {
  it('are the same however the bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        trace,
        fc.array(fc.nat(600)),
        fc.integer({ min: 4, max: 30 }),
        async (text, ends, capacity) => {
          const whole = await readBatches(textSource(text), capacity);
          expect(await readBatches(textSource(text, {}, ends), capacity)).toEqual(whole);
        },
      ),
    );
  });

  it('are the same when every byte arrives alone', async () => {
    await fc.assert(
      fc.asyncProperty(trace, async (text) => {
        const ends = Array.from(text, (_, at) => at + 1);
        const whole = await readBatches(textSource(text), 9);
        expect(await readBatches(textSource(text, {}, ends), 9)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('hold the same accesses and calls in the same order whatever their capacity', async () => {
    await fc.assert(
      fc.asyncProperty(trace, fc.integer({ min: 4, max: 30 }), async (text, capacity) => {
        const small = await readBatches(textSource(text), capacity);
        const large = await readBatches(textSource(text), 8192);
        expect(small.flatMap(({ accesses }) => accesses)).toEqual(
          large.flatMap(({ accesses }) => accesses),
        );
        const calls = (batches: typeof small): unknown[] =>
          batches.flatMap(({ events }) =>
            events.flatMap((event) => (event.kind === 'system-call' ? [event.line] : [])),
          );
        expect(calls(small)).toEqual(calls(large));
      }),
    );
  });

  it('are full but for the last, and never part a record', async () => {
    const batches = await readBatches(textSource(' M 08049ffe,4\nI  08049b00,2\n'.repeat(10)), 8);
    expect(batches.map(({ accesses }) => accesses.length)).toEqual([5, 5, 5, 5, 5, 5, 5, 5, 5, 5]);
    const singles = await readBatches(textSource('I  08049b00,2\n'.repeat(13)), 8);
    expect(singles.map(({ accesses }) => accesses.length)).toEqual([5, 5, 3]);
  });

  it('hold at most as many events as accesses fit', async () => {
    const call = 'SYSCALL[7,1](20) sys_getpid ()[sync] --> Success(0x7) \n';
    const batches = await readBatches(textSource(`I  08049b00,2\n${call.repeat(10)}`), 4);
    expect(batches.map(({ events }) => events.length)).toEqual([0, 4, 4, 2]);
  });

  it('put an event before the access that follows it', async () => {
    const call = 'SYSCALL[7,1](20) sys_getpid ()[sync] --> Success(0x7) \n';
    const [batch] = await readBatches(
      textSource(`${call}I  08049b00,2\n M 08049b00,4\n${call}${call}`),
    );
    expect(batch!.events.map(({ position, line }) => [position, line])).toEqual([
      [0, 1],
      [3, 4],
      [3, 5],
    ]);
  });

  it('are the same again for whoever reads the trace again', async () => {
    const text = 'I  08049b00,2\n L fea958b0,4\n'.repeat(50);
    const again = textSource(text);
    const batch = new AccessBatch(16);
    for (let count = 0; count < 3; count++) await again.read(batch);
    const batches = await readBatches(textSource(text), 16);
    expect(Array.from(batch.addresses.subarray(0, batch.length))).toEqual(
      batches[2]!.accesses.map(({ address }) => address),
    );
    await again.close();
  });
});

describe('an AccessBatch', () => {
  it('stops at the next event, and else at its end', () => {
    const batch = new AccessBatch(8);
    batch.length = 5;
    expect(batch.limit).toBe(5);
    batch.events.push({ ...EVENT, position: 2 }, { ...EVENT, position: 5 });
    expect(batch.limit).toBe(2);
    batch.nextEvent = 1;
    expect(batch.limit).toBe(5);
    batch.nextEvent = 2;
    expect(batch.limit).toBe(5);
  });

  it('is empty once cleared', () => {
    const batch = new AccessBatch(8);
    batch.events.push({ ...EVENT, position: 0 });
    Object.assign(batch, { length: 5, position: 3, nextEvent: 1 });
    batch.clear();
    expect([
      batch.length,
      batch.position,
      batch.nextEvent,
      batch.events.length,
      batch.limit,
    ]).toEqual([0, 0, 0, 0, 0]);
  });

  it('has room for one record of any form at least', () => {
    expect(() => new AccessBatch(3)).toThrow(RangeError);
    expect(() => new AccessBatch(4.5)).toThrow(RangeError);
    expect(new AccessBatch(4).capacity).toBe(4);
  });
});

const EVENT = {
  kind: 'system-call',
  number: 20,
  name: 'getpid',
  args: [],
  result: 7,
  failed: false,
  line: 1,
} as const;
