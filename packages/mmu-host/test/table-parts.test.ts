// SPDX-License-Identifier: GPL-2.0-or-later
import { HostMemory, PART_WORDS } from '@lguest-sim/x86';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TableParts } from '../src/core/table-parts.js';

const PAGE_WORDS = 1024;
const TABLES = 3;

/** The parts of a table that the bits stand for. */
function partsOf(bits: number): number[] {
  return Array.from({ length: 32 }, (_, part) => part).filter((part) => (bits >>> part) & 1);
}

const place = fc.record({ table: fc.nat(TABLES - 1), word: fc.nat(PAGE_WORDS - 1) });

describe('the parts of tables', () => {
  it('are those of the words that were marked, within what is asked for', () => {
    const range = fc.tuple(fc.nat(PAGE_WORDS - 1), fc.nat(PAGE_WORDS - 1));
    const property = fc.property(fc.array(place), place, range, (marked, { table }, [a, b]) => {
      const parts = new TableParts(new HostMemory(TABLES));
      for (const { table: at, word } of marked) parts.mark(at * PAGE_WORDS + word);
      const [first, last] = [Math.min(a, b), Math.max(a, b)];
      const expected = new Set(
        marked
          .filter(({ table: at }) => at === table)
          .map(({ word }) => Math.floor(word / PART_WORDS))
          .filter((part) => part >= first >> 5 && part <= last >> 5),
      );
      const found = parts.between(table * PAGE_WORDS + first, table * PAGE_WORDS + last + 1);
      expect(partsOf(found)).toEqual([...expected].sort((one, other) => one - other));
    });
    fc.assert(property);
  });

  it('are none of a table that begins, and all of one of which nothing is known', () => {
    const host = new HostMemory(TABLES);
    const parts = new TableParts(host);
    host.restore(new HostMemory(TABLES).snapshot());
    expect(partsOf(parts.between(PAGE_WORDS, 2 * PAGE_WORDS))).toHaveLength(32);
    parts.begin(1);
    for (const word of [0, 40, 1023, 2047]) parts.mark(PAGE_WORDS + word);
    expect(partsOf(parts.between(PAGE_WORDS, 2 * PAGE_WORDS))).toEqual([0, 1, 31]);
  });
});
