// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressMover } from '../src/index.js';
import { crc32, portableCrc32 } from '../src/packed/crc32.js';
import { lackeyLog } from './support/lackey-logs.js';
import { pack, packedSource, unpack, withoutLines } from './support/packed.js';
import { readBatches, textSource } from './support/reading.js';
import type { PlainBatch } from './support/reading.js';

function comparable(batches: readonly PlainBatch[]): unknown {
  return batches.map(({ accesses, events }) => ({ accesses, events: events.map(withoutLines) }));
}

/** All accesses, and all events at the positions that they have in the whole. */
function joined(batches: readonly PlainBatch[]): unknown {
  const accesses: unknown[] = [];
  const events: unknown[] = [];
  for (const batch of batches) {
    for (const event of batch.events) {
      events.push({ ...withoutLines(event), position: accesses.length + event.position });
    }
    accesses.push(...batch.accesses);
  }
  return { accesses, events };
}

/** Records in one region after another, more than a block has room to name. */
function manyRegions(count: number): string {
  const at = (index: number): string => (0x10_0000_0000 + index * 0x400000).toString(16);
  return Array.from({ length: count }, (_, index) => ` L ${at(index)},4\n`).join('');
}

describe('a packed trace', () => {
  it('gives the same batches as its text, however its bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        lackeyLog,
        fc.oneof(fc.integer({ min: 4, max: 40 }), fc.constantFrom(200, 1000)),
        fc.array(fc.nat(3000)),
        async (text, capacity, ends) => {
          const source = textSource(text);
          const packed = packedSource(await pack([text]), {}, ends);
          const [expected, found] = [
            await readBatches(source, capacity),
            await readBatches(packed, capacity),
          ];
          expect(comparable(found)).toEqual(comparable(expected));
          expect(packed.moved).toEqual(source.moved);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('leaves packets that, written out, are the accesses of its text, with events between the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        lackeyLog,
        fc.constantFrom(4, 50, 200, 1000, 8192),
        fc.array(fc.nat(3000)),
        async (text, capacity, ends) => {
          const source = textSource(text);
          const packed = packedSource(await pack([text]), {}, ends);
          const expected = joined(await readBatches(source));
          const found = joined(await readBatches(packed, capacity, { takesPackets: true }));
          expect(found).toEqual(expected);
          expect(packed.moved).toEqual(source.moved);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('moves regions to where reading the text does, wherever the kernel is', async () => {
    await fc.assert(
      fc.asyncProperty(
        lackeyLog,
        fc.constantFrom(0xc0000000, 0x80000000, 0x08400000),
        async (text, kernelAddress) => {
          const movers = [
            new AddressMover(kernelAddress),
            new AddressMover(kernelAddress),
          ] as const;
          await readBatches(textSource(text, { mover: movers[0] }));
          await readBatches(packedSource(await pack([text]), { mover: movers[1] }));
          expect(movers[1].regions).toEqual(movers[0].regions);
          expect(movers[1].moved).toEqual(movers[0].moved);
        },
      ),
    );
  });

  it('unpacks to text that packs to the same bytes, and whose events are on the same lines', async () => {
    await fc.assert(
      fc.asyncProperty(lackeyLog, async (text) => {
        const packed = await pack([text]);
        const [unpacked] = await unpack(packed);
        expect((await pack([unpacked!])).equals(packed)).toBe(true);
        expect(await readBatches(packedSource(packed))).toEqual(
          await readBatches(textSource(unpacked!)),
        );
      }),
    );
  });

  it('packs to itself', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(lackeyLog, { minLength: 1, maxLength: 3 }), async (texts) => {
        const packed = await pack(texts, texts.length > 1);
        expect((await pack([packed])).equals(packed)).toBe(true);
      }),
    );
  });

  it('unpacks to the very log, if that has no remarks but at its beginning', async () => {
    const text =
      '==7== Command: a\n\n==7== Parent PID: 6\nI  08049b00,2\n S 7ffc12345678,16\n' +
      'SYSCALL[7,1](20) sys_getpid ()[sync] --> Success(0x7) \n M 0810000c,4\n';
    expect(await unpack(await pack([text]))).toEqual([text]);
    const remarked = text.replace(' M ', '==7== later\n M ');
    expect(await unpack(await pack([remarked]))).toEqual([text]);
  });

  it('may have more records, regions and system calls than a block', async () => {
    const call = `SYSCALL[7,1](20) sys_getpid ( ${'x'.repeat(8000)} )[sync] --> Success(0x7) \n`;
    const text = 'I  08049b00,2\n L 08060000,4\n'.repeat(70_000) + call.repeat(100);
    const packed = await pack([text]);
    const [expected, found] = [
      await readBatches(textSource(text)),
      await readBatches(packedSource(packed, {}, [1000, 200_000])),
    ];
    expect(comparable(found)).toEqual(comparable(expected));
    const wide = manyRegions(1500);
    expect(await unpack(await pack([wide]))).toEqual([wide]);
  });

  it('has no more regions in a block than it can name, even where accesses end in others', async () => {
    const at = (region: number, offset: number): string =>
      (0x10_0000_0000 + region * 0x400000 + offset).toString(16);
    const apart = Array.from({ length: 1022 }, (_, index) => ` L ${at(2 * index, 0)},4\n`);
    const crossing = [0, 2, 4].map((region) => ` L ${at(region, 0x3ffffe)},4\n`);
    const text = [...apart, ...crossing].join('');
    expect(await unpack(await pack([text]))).toEqual([text]);
  });

  it('fails where its program does not fit below the kernel, as its text does', async () => {
    const text = manyRegions(800);
    const [one, other] = await Promise.all(
      [textSource(text), packedSource(await pack([text]))].map((source) =>
        readBatches(source).catch((error: unknown) => error as Error),
      ),
    );
    expect((one as Error).message).toMatch(/^inline\.lackey:769: expected the program to fit/);
    expect((other as Error).message.replace('inline.lgt: block 1, record 769', '')).toBe(
      (one as Error).message.replace('inline.lackey:769', ''),
    );
    expect(other).toMatchObject({ code: 'TRACE_NO_ROOM' });
  });

  it('is not made of a log without any access, nor of a malformed one', async () => {
    await expect(pack(['==7== nothing\n'])).rejects.toMatchObject({ code: 'TRACE_EMPTY' });
    await expect(pack(['I  08049b00,2\noops\n'])).rejects.toThrow(/^0\.lackey:2: expected/);
    await expect(pack([' L ffffffffffffffff,2\n'])).rejects.toThrow(/ends within 64 bits/);
    await expect(pack(['I  08049b00,2\nI  08'])).rejects.toMatchObject({ code: 'TRACE_CUT_OFF' });
  });

  it('of a tree is read log by log, and not as a plain one', async () => {
    const texts = ['==1== x\nI  08049b00,2\n', '==2== x\n', '==3== x\n L fec00000,4\n'];
    const packed = await pack(texts, true);
    expect(await unpack(packed)).toEqual(texts);
    for (const [log, text] of texts.entries()) {
      const source = packedSource(packed, { log, mayBeEmpty: true }, [40, 41, 90]);
      expect(await readBatches(source)).toEqual(
        await readBatches(textSource(text, { mayBeEmpty: true })),
      );
    }
    await expect(readBatches(packedSource(packed))).rejects.toMatchObject({
      code: 'TRACE_IS_TREE',
      message:
        'inline.lgt: expected one log, found a packed tree: the logs of a program and its children',
    });
  });
});

describe('CRC-32', () => {
  it('is that of gzip', () => {
    const bytes = Buffer.from('123456789');
    expect(crc32(bytes, 0, 9) >>> 0).toBe(0xcbf43926);
    expect(crc32(bytes, 4, 9, crc32(bytes, 0, 4)) >>> 0).toBe(0xcbf43926);
  });

  it('is the same by the platform as by our own reckoning, of no bytes too', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.nat(40),
        fc.integer(),
        (bytes, from, seed) => {
          const start = Math.min(from, bytes.length);
          const expected = portableCrc32(bytes, start, bytes.length, seed);
          expect(crc32(bytes, start, bytes.length, seed)).toBe(expected);
        },
      ),
    );
  });

  it('is the same in one piece as in several', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, part) => {
        const middle = Math.min(part, bytes.length);
        const first = crc32(bytes, 0, middle);
        expect(crc32(bytes, middle, bytes.length, first)).toBe(crc32(bytes, 0, bytes.length));
      }),
    );
  });
});
