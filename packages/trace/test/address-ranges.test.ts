// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressMover, REGION_BYTES } from '../src/index.js';

/** Region numbers near the kernel's address, near 0, and beyond 32 bits. */
const region = fc.oneof(
  fc.integer({ min: 756, max: 780 }),
  fc.nat(20),
  fc.integer({ min: 0x1f00000, max: 0x1f00010 }),
);
const regions = fc.array(region, { maxLength: 60 });
const range = fc.record({
  start: fc
    .tuple(region, fc.nat(REGION_BYTES - 1))
    .map(([number, offset]) => number * REGION_BYTES + offset),
  bytes: fc.integer({ min: 1, max: 5 * REGION_BYTES }),
});

describe('a range', () => {
  it('is where its bytes are, whatever was placed before', () => {
    fc.assert(
      fc.property(
        regions,
        fc.array(range, { maxLength: 5 }),
        fc.boolean(),
        (seen, ranges, place) => {
          const mover = new AddressMover();
          for (const number of seen) mover.move(number * REGION_BYTES);
          for (const { start, bytes } of ranges) {
            const pieces = mover.moveRange(start, bytes, place);
            const found = pieces.flatMap((piece) => [piece.start, piece.start + piece.bytes - 1]);
            for (const address of found) expect(address).toBeLessThan(mover.kernelAddress);
            const known = new Set(mover.regions);
            const traced = edges(start, bytes).filter((at) => known.has(regionOf(at)));
            for (const at of traced) {
              const inGuest = mover.move(at);
              const holders = pieces.filter(
                (piece) => inGuest >= piece.start && inGuest < piece.start + piece.bytes,
              );
              expect(holders).toHaveLength(1);
            }
            const whole = pieces.reduce((sum, piece) => sum + piece.bytes, 0);
            expect(whole).toBe(knownBytes(start, bytes, known));
          }
        },
      ),
    );
  });

  it('lies in one piece if nothing of it was seen before and there is a free stretch', () => {
    fc.assert(
      fc.property(regions, range, (seen, { start, bytes }) => {
        const mover = new AddressMover();
        for (const number of seen) mover.move(number * REGION_BYTES);
        fc.pre(mover.regions.every((number) => !touches(start, bytes, number)));
        expect(mover.moveRange(start, bytes, true)).toHaveLength(1);
      }),
    );
  });

  it('leaves out regions of which nothing was seen', () => {
    const mover = new AddressMover();
    mover.move(0x08400000);
    expect(mover.moveRange(0x08000000, 0x1000000)).toEqual([
      { start: 0x08400000, bytes: REGION_BYTES },
    ]);
    expect(mover.moveRange(0, 2 ** 47)).toEqual([{ start: 0x08400000, bytes: REGION_BYTES }]);
    expect(mover.regions).toEqual([0x08400000 / REGION_BYTES]);
  });

  it('is placed next to what it has already', () => {
    const mover = new AddressMover();
    mover.move(0xd0400000);
    expect(mover.moveRange(0xd0000000, 3 * REGION_BYTES, true)).toEqual([
      { start: 0xbf800000, bytes: 2 * REGION_BYTES },
      { start: 0xbf400000, bytes: REGION_BYTES },
    ]);
    const roomy = new AddressMover();
    for (const at of [0xbfc00000, 0xd0400000]) roomy.move(at);
    expect(roomy.moveRange(0xd0000000, 2 * REGION_BYTES, true)).toEqual([
      { start: 0xbf400000, bytes: 2 * REGION_BYTES },
    ]);
  });
});

describe('an arranged mover', () => {
  it('depends on nothing but which regions there are', () => {
    fc.assert(
      fc.property(regions, fc.infiniteStream(fc.nat()), (numbers, keys) => {
        const shuffled = numbers
          .map((number) => ({ number, key: keys.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ number }) => number);
        const [one, other] = [numbers, shuffled].map((each) => AddressMover.arranged(each));
        for (const number of [...numbers, ...shuffled]) {
          expect(one!.move(number * REGION_BYTES)).toBe(other!.move(number * REGION_BYTES));
        }
        expect(one!.moved).toEqual(other!.moved);
      }),
    );
  });

  it('keeps neighbours together', () => {
    fc.assert(
      fc.property(regions, (numbers) => {
        const mover = AddressMover.arranged(numbers);
        const known = new Set(numbers);
        for (const number of known) {
          if (!known.has(number + 1)) continue;
          const [here, next] = [number, number + 1].map((each) => mover.move(each * REGION_BYTES));
          expect(next).toBe(here! + REGION_BYTES);
        }
      }),
    );
  });

  it('moves what lies across the kernel’s address as a whole', () => {
    const mover = AddressMover.arranged([0x2ff, 0x300, 0x301]);
    expect(mover.moved).toEqual([{ from: 0xbfc00000n, to: 0xbf400000, bytes: 3 * REGION_BYTES }]);
  });

  it('parts neighbours only where no free stretch is long enough', () => {
    const mover = AddressMover.arranged([0, 2, 0x400, 0x401], 5 * REGION_BYTES);
    expect(mover.moved).toEqual([
      { from: 0x1_0000_0000n, to: 3 * REGION_BYTES, bytes: 2 * REGION_BYTES },
    ]);
    const tight = AddressMover.arranged([0, 2, 0x400, 0x401], 4 * REGION_BYTES);
    expect(new Set([0x400, 0x401].map((number) => tight.move(number * REGION_BYTES)))).toEqual(
      new Set([REGION_BYTES, 3 * REGION_BYTES]),
    );
  });

  it('gives a range no place', () => {
    const mover = AddressMover.arranged([0]);
    expect(mover.moveRange(REGION_BYTES, 1, true)).toEqual([]);
  });
});

function regionOf(address: number): number {
  return Math.floor(address / REGION_BYTES);
}

function touches(start: number, bytes: number, number: number): boolean {
  return number >= regionOf(start) && number <= regionOf(start + bytes - 1);
}

/** First and last byte of what the range has of each region. */
function edges(start: number, bytes: number): number[] {
  const found = [start, start + bytes - 1];
  for (let number = regionOf(start) + 1; number <= regionOf(start + bytes - 1); number++) {
    found.push(number * REGION_BYTES - 1, number * REGION_BYTES);
  }
  return found;
}

function knownBytes(start: number, bytes: number, known: ReadonlySet<number>): number {
  let sum = 0;
  for (let number = regionOf(start); number <= regionOf(start + bytes - 1); number++) {
    const from = Math.max(start, number * REGION_BYTES);
    const to = Math.min(start + bytes, (number + 1) * REGION_BYTES);
    if (known.has(number)) sum += to - from;
  }
  return sum;
}
