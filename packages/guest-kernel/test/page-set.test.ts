// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PageSet } from '../src/core/page-set.js';

const pages = fc.array(fc.oneof(fc.nat(0xfffff), fc.nat(70)));

describe('the set of touched pages', () => {
  it('holds what was put in, once, also after it was put back', () => {
    fc.assert(
      fc.property(pages, pages, (inside, asked) => {
        const model = new Set(inside);
        const set = new PageSet();
        for (const page of inside) set.add(page);
        const copy = new PageSet();
        copy.add(12345);
        copy.restore(structuredClone(set.snapshot()));
        for (const each of [set, copy]) {
          expect(each.size).toBe(model.size);
          for (const page of [...inside, ...asked]) expect(each.has(page)).toBe(model.has(page));
        }
      }),
    );
  });
});
