// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccessBatch, TraceError, countLogs } from '../src/index.js';
import type { ChunksOptions, TraceSource } from '../src/index.js';
import { columnsOf } from '../src/packed/columns.js';
import type { Columns } from '../src/packed/columns.js';
import { crc32 } from '../src/packed/crc32.js';
import { lackeyLog } from './support/lackey-logs.js';
import { chunkedBytes, pack, packedSource } from './support/packed.js';
import { textSource } from './support/reading.js';

const KERNEL = 0xc0000000;
const FILE_HEADER = 16;
const BLOCK_HEADER = 16;

const TEXT = 'I  08049b00,2\n L 0810000c,4\n S 08100010,4\nI  08049b02,3\n'.repeat(50);

/** Reads to the end; every address must be one of a program. Returns what was thrown. */
async function thrownBy(source: TraceSource, takesPackets = false): Promise<unknown> {
  const batch = new AccessBatch(takesPackets ? 400 : 64, { takesPackets });
  try {
    while (await source.read(batch)) {
      batch.packets.writeAll(batch);
      for (const address of batch.addresses.subarray(0, batch.length)) {
        expect(address).toBeLessThan(KERNEL);
      }
    }
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await source.close();
  }
}

async function failure(bytes: Uint8Array, options?: Partial<ChunksOptions>): Promise<TraceError> {
  const thrown = await thrownBy(packedSource(bytes, options));
  expect(thrown).toBeInstanceOf(TraceError);
  const counting = countLogs({ name: 'inline.lgt', chunks: chunkedBytes(bytes) });
  await expect(counting).rejects.toBeInstanceOf(TraceError);
  return thrown as TraceError;
}

/** Where each block begins. */
function blockStarts(bytes: Buffer): number[] {
  const starts: number[] = [];
  for (let at = FILE_HEADER; at < bytes.length;) {
    starts.push(at);
    at += BLOCK_HEADER + bytes.readUInt32LE(at + 8);
  }
  return starts;
}

/** Makes the CRC-32 of the block right again. */
function seal(bytes: Buffer, start: number): Buffer {
  const payload = start + BLOCK_HEADER;
  const seed = crc32(bytes, start, start + 12);
  bytes.writeInt32LE(
    crc32(bytes, payload, payload + bytes.readUInt32LE(start + 8), seed),
    start + 12,
  );
  return bytes;
}

/** Changes a number in a column of an ACCESSES payload: to a value, or some of its bits. */
function putInColumn(
  payload: Uint8Array,
  name: keyof Columns,
  index: number,
  value: number | undefined,
  change = 0,
): void {
  const copy = new Uint8Array(payload);
  const column = columnsOf(copy, copy.length)!.columns[name];
  column[index] = value ?? column[index]! ^ change;
  payload.set(copy);
}

describe('damage to a packed trace', () => {
  it('is found, whatever byte it is in', async () => {
    const whole = await pack([TEXT]);
    for (let at = 0; at < whole.length; at++) {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 1 << (at % 8);
      // What begins with another byte is taken for text.
      if (at === 0) continue;
      const { code, message } = await failure(damaged);
      expect(code).toMatch(/^TRACE_(DAMAGED|CUT_OFF)$/);
      expect(message).toMatch(/^inline\.lgt: (block \d+: )?expected .*, found /);
    }
  });

  it('is found where bytes are lost at the end, or anything follows it', async () => {
    const whole = await pack([TEXT]);
    for (let length = 1; length < whole.length; length++) {
      expect((await failure(whole.subarray(0, length))).code).toBe('TRACE_CUT_OFF');
    }
    const longer = await failure(Buffer.concat([whole, Buffer.from('x')]));
    expect(longer.message).toMatch(
      /expected the end of the file after its last block, found more$/,
    );
  });

  it('is found where whole blocks are lost, doubled or in another order', async () => {
    const whole = await pack([TEXT, TEXT, TEXT], true);
    const starts = [...blockStarts(whole), whole.length];
    expect(starts).toHaveLength(3 * 3 + 2);
    const blocks = starts.slice(1).map((end, index) => whole.subarray(starts[index], end));
    const file = (order: readonly Buffer[]): Buffer =>
      Buffer.concat([whole.subarray(0, FILE_HEADER), ...order]);
    expect(file(blocks).equals(whole)).toBe(true);
    for (let at = 0; at < blocks.length - 1; at++) {
      const [before, block, after] = [blocks.slice(0, at), blocks[at]!, blocks.slice(at + 1)];
      const damaged = [
        [...before, ...after],
        [...before, block, block, ...after],
        [...before, after[0]!, block, ...after.slice(1)],
      ];
      for (const order of damaged) await failure(file(order), { log: 'all' });
    }
  });

  it('is found where two blocks of one log are exchanged', async () => {
    const whole = await pack(['I  08049b00,2\n'.repeat(2 * 65536)]);
    const [, first, second, end] = blockStarts(whole);
    const exchanged = Buffer.concat([
      whole.subarray(0, first),
      whole.subarray(second, end),
      whole.subarray(first, second),
      whole.subarray(end),
    ]);
    expect((await failure(exchanged)).message).toBe(
      'inline.lgt: block 1: expected block number 1, found 2',
    );
  });

  it('is found in its first bytes when line ends were changed on the way', async () => {
    const whole = await pack([TEXT]);
    const changed = Buffer.from(whole.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
    expect((await failure(changed)).message).toMatch(/found them with line ends changed/);
  });

  it('does not make the reader take what a size says', async () => {
    const whole = await pack([TEXT]);
    const start = blockStarts(whole)[1]!;
    for (const [offset, value] of [
      [4, 65537],
      [4, 0xffffffff],
      [8, 4 * 1024 * 1024 + 1],
      [8, 0xffffffff],
    ] as const) {
      const damaged = Buffer.from(whole);
      damaged.writeUInt32LE(value, start + offset);
      expect((await failure(damaged)).message).toMatch(
        /^inline\.lgt: block 1: expected at most 65536 records in 4194304 bytes, found /,
      );
    }
  });

  it.each([
    ['a page of no region', 'pages', 0, 5 << 10, /expected a region below 1, found region 5/],
    ['a stretch in no region', 'stretchStarts', 0, 5 << 22, /a stretch within a region/],
    ['a fetch of more than a page', 'parts', 0, 5000 << 3, /a size of 1 to 4096 bytes/],
    ['a part of nothing', 'parts', 0, 0, /a fetch or data in each part/],
    ['more parts than there are', 'stretchParts', 0, 200, /parts of a stretch/],
    ['a page that there is not', 'packetPages', 0, 99 << 3, /a page below 2, found 99/],
    ['a stretch that there is not', 'uses', 0, 99, /a stretch below \d+, found 99/],
    ['more pages than a packet has', 'pageCounts', 0, 17, /1 to 16 pages in a packet, found 17/],
    ['no page', 'pageCounts', 0, 0, /1 to 16 pages in a packet, found 0/],
    ['no stretches', 'useCounts', 0, 0, /one record with its size in a packet without/],
    ['more fetches', 'fetchCounts', 1, 37, /200 records, found/],
    ['fewer data records', 'dataCounts', 0, 5, /columns as long as the packets need/],
    ['more accesses', 'modifyCounts', 0, 9, /at most 128 accesses in a packet, found 137/],
    ['a fetch as data', 'ops', 0, 0x04, /a load, store or modify, found op 4/],
    ['a place in a page not announced', 'places', 0, 0xf000, /a page below 2, found page 15/],
    [
      'a place at the end of its page',
      'places',
      0,
      0x1ffe,
      /a packet of its own for a record in two/,
    ],
  ] as const)('with the right CRC-32 is found in %s', async (_, column, index, value, message) => {
    const bytes = await pack([TEXT]);
    const start = blockStarts(bytes)[1]!;
    const payload = bytes.subarray(start + BLOCK_HEADER);
    putInColumn(payload, column, index, value);
    const { code, message: found } = await failure(seal(bytes, start));
    expect([code, found]).toEqual(['TRACE_DAMAGED', expect.stringMatching(message)]);
  });

  it.each([
    ['a use of a page', 'packetPages', 0, 0x4],
    ['the order of its pages', 'packetPages', 0, 0x8],
    ['how many of its records are modifies', 'modifyCounts', 1, 0x1],
    ['how many of its fetches lie in two pages', 'continuedCounts', 1, 0x1],
  ] as const)(
    'with the right CRC-32 is found by a count in %s that a packet announces',
    async (_, column, index, change) => {
      const bytes = await pack([TEXT]);
      const start = blockStarts(bytes)[1]!;
      const payload = bytes.subarray(start + BLOCK_HEADER);
      putInColumn(payload, column, index, undefined, change);
      const chunks = chunkedBytes(seal(bytes, start));
      await expect(countLogs({ name: 'inline.lgt', chunks })).rejects.toThrow(
        /expected accesses as the packet announces them, found others/,
      );
    },
  );

  it('with the right CRC-32 gives other accesses of a program, or a TraceError', async () => {
    const counts = { read: 0, failed: 0 };
    await fc.assert(
      fc.asyncProperty(
        lackeyLog,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.nat(3),
        fc.boolean(),
        async (text, changes, which, takesPackets) => {
          const bytes = await pack([text]);
          const starts = blockStarts(bytes);
          const start = starts[which % starts.length]!;
          const size = bytes.readUInt32LE(start + 8);
          for (const [at, value] of changes)
            bytes[start + BLOCK_HEADER + (at % (size || 1))] = value;
          const thrown = await thrownBy(packedSource(seal(bytes, start)), takesPackets);
          if (thrown !== undefined) expect(thrown).toBeInstanceOf(TraceError);
          counts[thrown === undefined ? 'read' : 'failed']++;
        },
      ),
      { numRuns: 1500 },
    );
    expect(counts.read).toBeGreaterThan(50);
    expect(counts.failed).toBeGreaterThan(50);
  });

  it('of any kind gives a TraceError or a trace, and comes to an end', async () => {
    const change = fc.record({ at: fc.nat(), remove: fc.nat(40), insert: fc.uint8Array() });
    await fc.assert(
      fc.asyncProperty(
        lackeyLog,
        fc.array(change, { minLength: 1, maxLength: 4 }),
        async (text, changes) => {
          let bytes = await pack([text]);
          for (const { at, remove, insert } of changes) {
            const place = at % bytes.length;
            const parts = [bytes.subarray(0, place), insert, bytes.subarray(place + remove)];
            bytes = Buffer.concat(parts);
          }
          const thrown = await thrownBy(packedSource(bytes));
          if (thrown !== undefined) expect(thrown).toBeInstanceOf(TraceError);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a packed trace of another version', () => {
  it('is refused, and so is one with a flag that is not known', async () => {
    for (const [offset, value] of [
      [8, 1],
      [8, 3],
      [10, 2],
    ] as const) {
      const bytes = await pack([TEXT]);
      bytes.writeUInt16LE(value, offset);
      bytes.writeInt32LE(crc32(bytes, 0, 12), 12);
      const { code, hint } = await failure(bytes);
      expect([code, hint]).toEqual([
        'TRACE_VERSION',
        expect.stringContaining('pack the log again'),
      ]);
    }
  });
});

describe('a failure of a packed trace', () => {
  it('makes every later read fail the same way', async () => {
    const source = packedSource((await pack([TEXT])).subarray(0, 100));
    const batch = new AccessBatch();
    const first: unknown = await source.read(batch).catch((error: unknown) => error);
    expect(batch.length).toBe(0);
    await expect(source.read(batch)).rejects.toBe(first);
    await source.close();
    expect(await source.read(batch)).toBe(false);
  });

  it('is none of text', async () => {
    expect(await thrownBy(textSource(TEXT))).toBeUndefined();
  });
});
