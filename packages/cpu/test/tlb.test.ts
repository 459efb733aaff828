// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Right, Tlb } from '../src/index.js';
import type { TlbShape } from '../src/index.js';
import { NaiveTlb } from './support/naive-tlb.js';

const shapes: TlbShape[] = [
  { entries: 64, ways: 4 },
  { entries: 8, ways: 4 },
  { entries: 8, ways: 1 },
  { entries: 8, ways: 8 },
  { entries: 1, ways: 1 },
];

const rightsArbitrary = fc
  .subarray([Right.writable, Right.user, Right.executable, Right.dirty])
  .map((bits) => bits.reduce((all, bit) => all | bit, Right.present as number));

/** Few pages, some with the top bit set, many of them in the same set. */
const pageArbitrary = fc.oneof(
  fc.nat(15),
  fc.nat(15).map((n) => 0xfffff - n * 8),
);

const commandArbitrary = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('access'), pageArbitrary, rightsArbitrary) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('drop'), pageArbitrary, rightsArbitrary) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('fill'), pageArbitrary, rightsArbitrary) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('flush'), pageArbitrary, rightsArbitrary) },
);

function lookUp(tlb: Tlb, page: number, need: number): number | undefined {
  const address = page * 4096 + 0xabc;
  return tlb.lookUp(address, need) ? tlb.frames[tlb.slotOf(address)]! >>> 12 : undefined;
}

describe('the TLB', () => {
  it.each(shapes)(
    'does what a naive LRU model does, with $entries entries in $ways ways',
    (shape) => {
      fc.assert(
        fc.property(fc.array(commandArbitrary, { maxLength: 120 }), (commands) => {
          const tlb = new Tlb(shape);
          const model = new NaiveTlb(shape);
          let frame = 1;
          const fill = (page: number, rights: number): void => {
            frame++;
            tlb.fill(page * 4096 + 4, rights, frame << 12);
            model.fill(page, rights, frame);
          };
          for (const [command, page, rights] of commands) {
            if (command === 'drop') {
              tlb.drop(page * 4096);
              model.drop(page);
            } else if (command === 'flush') {
              tlb.flush();
              model.flush();
            } else if (command === 'fill') {
              fill(page, rights);
            } else {
              const expected = model.lookUp(page, rights)?.frame;
              expect(lookUp(tlb, page, rights)).toBe(expected);
              if (expected === undefined) fill(page, rights);
            }
          }
        }),
      );
    },
  );

  it('never holds a page twice, so raised rights replace the old ones', () => {
    const tlb = new Tlb({ entries: 4, ways: 4 });
    tlb.fill(0x5000, Right.present, 0x1000);
    tlb.fill(0x6000, Right.present, 0x2000);
    tlb.fill(0x5000, Right.present | Right.writable, 0x3000);
    expect([...tlb.tags].filter((tag) => tag >>> 12 === 5)).toHaveLength(1);
    tlb.drop(0x5000);
    expect(lookUp(tlb, 5, Right.present)).toBeUndefined();
    expect(lookUp(tlb, 6, Right.present)).toBe(2);
  });

  it('does not take page 0 for an empty way', () => {
    const tlb = new Tlb();
    expect(lookUp(tlb, 0, Right.present)).toBeUndefined();
    tlb.fill(0, Right.present, 0x7000);
    expect(lookUp(tlb, 0, Right.present)).toBe(7);
  });

  it('finds nothing after a flush', () => {
    const tlb = new Tlb();
    for (let page = 0; page < 64; page++) tlb.fill(page * 4096, Right.present, 0x1000);
    tlb.flush();
    for (let page = 0; page < 64; page++) expect(lookUp(tlb, page, Right.present)).toBeUndefined();
  });

  it('finds nothing after a flush, however often its sets were emptied and filled before', () => {
    const tlb = new Tlb({ entries: 8, ways: 4 });
    for (let time = 0; time < 3; time++) {
      tlb.fill(0, Right.present, 0x1000);
      tlb.drop(0);
    }
    tlb.fill(0x1000, Right.present, 0x2000);
    tlb.flush();
    expect(lookUp(tlb, 1, Right.present)).toBeUndefined();
  });

  it('has 64 entries in 4 ways unless told otherwise', () => {
    expect(new Tlb().shape).toEqual({ entries: 64, ways: 4 });
  });

  it('goes on from a snapshot as the original does, recency included', () => {
    const shape = { entries: 4, ways: 4 };
    const tlb = new Tlb(shape);
    for (const page of [1, 2, 3, 4, 1]) {
      if (lookUp(tlb, page, Right.present) === undefined) tlb.fill(page * 4096, Right.present, 0);
    }
    const copy = new Tlb(shape);
    copy.restore(structuredClone(tlb.snapshot()));
    for (const each of [tlb, copy]) {
      each.fill(0x9000, Right.present, 0);
      expect([1, 2, 3, 4].map((page) => lookUp(each, page, Right.present))).toEqual([
        0,
        undefined,
        0,
        0,
      ]);
    }
  });

  it.each([
    { entries: 48, ways: 4 },
    { entries: 64, ways: 3 },
    { entries: 4, ways: 8 },
    { entries: 0, ways: 1 },
    { entries: 2 ** 21, ways: 4 },
    { entries: 2 ** 14, ways: 2 ** 13 },
    { entries: NaN, ways: 4 },
    { entries: 64, ways: 0.5 },
  ])('refuses $entries entries in $ways ways', (shape) => {
    expect(() => new Tlb(shape)).toThrow(RangeError);
  });

  it('refuses a snapshot of another size', () => {
    expect(() => new Tlb().restore(new Tlb({ entries: 8, ways: 4 }).snapshot())).toThrow(
      'snapshot of a TLB of 8 entries: expected 64',
    );
  });
});
