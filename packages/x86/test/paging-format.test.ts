// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexAt, pae, twoLevel, type PagingFormat } from '../src/index.js';

const address = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe.each([twoLevel, pae])('the $name format', (format: PagingFormat) => {
  it('splits every address into indexes that put together again give its page', () => {
    fc.assert(
      fc.property(address, (vaddr) => {
        const page = format.levels.reduce(
          (sum, level) => sum + indexAt(level, vaddr) * 2 ** level.shift,
          0,
        );
        expect(page).toBe(vaddr - (vaddr % 4096));
      }),
    );
  });

  it('fills one page with a table below the top level', () => {
    for (const level of format.levels.slice(1)) {
      expect(level.entries * format.entryBytes).toBe(4096);
    }
  });
});

describe('paging formats', () => {
  it('agree with the worked example of the facts sheet', () => {
    expect(twoLevel.levels.map((level) => indexAt(level, 0x08049123))).toEqual([32, 73]);
    expect(pae.levels.map((level) => indexAt(level, 0x08049123))).toEqual([0, 64, 73]);
  });

  it('know that a top-level entry under PAE has no rights', () => {
    expect(pae.top.hasRights).toBe(false);
    expect(pae.top.tableFlags).toBe(0x1);
    expect(pae.middle?.tableFlags).toBe(0x67);
    expect(twoLevel.top.tableFlags).toBe(0x67);
  });
});
