// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressMover, REGION_BYTES, hexAddress } from '../src/index.js';
import { readText } from './support/reading.js';

/** Addresses near each other as well as anywhere in 64 bits. */
const address = fc.oneof(
  fc.bigInt({ min: 0n, max: 0xffff_ffffn }),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  fc.tuple(fc.nat(12), fc.nat(REGION_BYTES - 1)).map(([region, offset]) => {
    return 0xbf000000n + BigInt(region) * BigInt(REGION_BYTES) + BigInt(offset);
  }),
);

describe('the address mover', () => {
  it('leaves what is below the kernel where it is', () => {
    const mover = new AddressMover();
    expect([0, 0x08049b00, 0xbfffffff].map((at) => mover.move(at))).toEqual([
      0, 0x08049b00, 0xbfffffff,
    ]);
    expect(mover.moved).toEqual([]);
  });

  it('moves a region at or above the kernel to the highest free one below, offsets kept', () => {
    const mover = new AddressMover();
    expect(mover.move(0xfea958b0)).toBe(0xbfe958b0);
    expect(mover.move(0xc0000000)).toBe(0xbf800000);
    expect(mover.move(0xfea958ac)).toBe(0xbfe958ac);
    expect(mover.moved).toEqual([
      { from: 0xc0000000n, to: 0xbf800000, bytes: REGION_BYTES },
      { from: 0xfe800000n, to: 0xbfc00000, bytes: REGION_BYTES },
    ]);
  });

  it('moves a region outside 32 bits', () => {
    const mover = new AddressMover();
    expect(mover.move(0x7ffc_1234_5678n)).toBe(0xbff45678);
    expect(mover.move(0xffff_ffff_ff60_0000n)).toBe(0xbfa00000);
  });

  it('keeps neighbours together, upwards and downwards, and reports them as one', () => {
    const mover = new AddressMover();
    expect(mover.move(0xfec00000)).toBe(0xbfc00000);
    expect(mover.move(0xfe800000)).toBe(0xbf800000);
    mover.move(0x1_0000_0000);
    expect(mover.move(0xfe400000)).toBe(0xbf000000);
    expect(mover.moved[0]).toEqual({ from: 0xfe400000n, to: 0xbf000000, bytes: REGION_BYTES });
    expect(mover.moved[1]).toEqual({ from: 0xfe800000n, to: 0xbf800000, bytes: 2 * REGION_BYTES });
    const upwards = new AddressMover();
    upwards.move(0xbfc00000);
    upwards.move(0xbf800000);
    upwards.move(0xbf000000);
    expect(upwards.move(0x1_0000_0000)).toBe(0xbf400000);
    expect(upwards.move(0x1_0040_0000)).toBe(0xbec00000);
    const free = new AddressMover();
    free.move(0xbfc00000);
    free.move(0xbf800000);
    expect(free.move(0xd0000000)).toBe(0xbf400000);
    expect(free.move(0xcfc00000)).toBe(0xbf000000);
  });

  it('moves a region of the trace whose place was given away', () => {
    const mover = new AddressMover();
    mover.move(0xfe800000);
    expect(mover.move(0xbfc00004)).toBe(0xbf800004);
    expect(mover.moved).toHaveLength(2);
  });

  it('is injective and keeps offsets, whatever it is asked', () => {
    fc.assert(
      fc.property(fc.array(address, { maxLength: 200 }), (addresses) => {
        const mover = new AddressMover();
        const places = new Map<number, bigint>();
        for (const traced of [...addresses, ...addresses]) {
          const moved = mover.move(traced);
          expect(moved).toBeLessThan(mover.kernelAddress);
          expect(BigInt(moved) % BigInt(REGION_BYTES)).toBe(traced % BigInt(REGION_BYTES));
          const region = traced / BigInt(REGION_BYTES);
          const slot = Math.floor(moved / REGION_BYTES);
          expect(places.get(slot) ?? region).toBe(region);
          places.set(slot, region);
        }
      }),
    );
  });

  it('says of every address where it went', () => {
    fc.assert(
      fc.property(fc.array(address, { maxLength: 100 }), (addresses) => {
        const mover = new AddressMover();
        const moved = addresses.map((traced) => mover.move(traced));
        for (const [index, traced] of addresses.entries()) {
          const region = mover.moved.find(
            ({ from, bytes }) => traced >= from && traced < from + BigInt(bytes),
          );
          const expected = region === undefined ? traced : traced - region.from + BigInt(region.to);
          expect(BigInt(moved[index]!)).toBe(expected);
        }
      }),
    );
  });

  it('has a delta for each region of 32 bits that was seen, and an odd number for the rest', () => {
    const mover = new AddressMover();
    mover.move(0x08049b00);
    mover.move(0xfea958b0);
    expect(mover.deltas[0x08049b00 >>> 22]).toBe(0);
    expect((0xfea958b0 + mover.deltas[0xfea958b0 >>> 22]!) >>> 0).toBe(0xbfe958b0);
    expect(mover.deltas.filter((delta) => (delta & 1) === 0)).toHaveLength(2);
  });

  it('says when there is no room, and what was there stays reachable', () => {
    const mover = new AddressMover(0x800000);
    mover.move(0xfe800000);
    mover.move(0x00000000);
    expect(() => mover.move(0x00400000)).toThrow(/no region left for 0x00400000/);
    expect(() => mover.move(0x00400000)).toThrow(RangeError);
    expect(mover.move(0xfe800010)).toBe(0x00400010);
  });

  it('takes no kernel address that is no multiple of 4 MiB, and no address beyond 64 bits', () => {
    for (const kernel of [0, 0xc0001000, 0x1_0000_0000, Number.NaN, -0x400000]) {
      expect(() => new AddressMover(kernel)).toThrow(/multiple of 4 MiB/);
    }
    const mover = new AddressMover(0xffc00000);
    expect(() => mover.move(-1)).toThrow(RangeError);
    expect(() => mover.move(1n << 64n)).toThrow(RangeError);
  });
});

describe('a trace', () => {
  it('has its regions moved below the kernel address asked for', async () => {
    const { accesses } = await readText('I  08049b00,2\n L 80000004,4\n', {
      kernelAddress: 0x80000000,
    });
    expect(accesses.map(({ address: at }) => at)).toEqual([0x08049b00, 0x7fc00004]);
  });

  it('has each page of an access that crosses into another region moved by itself', async () => {
    const { accesses } = await readText('I  bfc00000,2\n L bffffffe,4\n L fffffffe,4\n');
    expect(accesses.map(({ address: at, size }) => [hexAddress(at), size])).toEqual([
      ['0xbfc00000', 2],
      ['0xbffffffe', 2],
      ['0xbf800000', 2],
      ['0xbf7ffffe', 2],
      ['0xbf000000', 2],
    ]);
  });

  it('can share a mover with others, so that they agree', async () => {
    const mover = new AddressMover();
    mover.move(0xc0000000);
    const { accesses } = await readText('I  fea958b0,2\n', { mover });
    expect(accesses[0]!.address).toBe(0xbfa958b0);
  });
});

describe('an address for people', () => {
  it('is hexadecimal with eight digits at least', () => {
    expect([0, 0xbfc00000, 0x7ffc_1234_5678n].map(hexAddress)).toEqual([
      '0x00000000',
      '0xbfc00000',
      '0x7ffc12345678',
    ]);
  });
});
