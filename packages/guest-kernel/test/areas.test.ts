// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Areas } from '../src/core/areas.js';

describe('areas', () => {
  it('are cut where a new one lies, and found by address', () => {
    const areas = new Areas();
    areas.set({ start: 10, end: 50, accessible: true, writable: true });
    areas.set({ start: 20, end: 30, accessible: true, writable: false });
    areas.set({ start: 40, end: 40, accessible: false, writable: false });
    expect(areas.snapshot().map(({ start, end, writable }) => [start, end, writable])).toEqual([
      [10, 20, true],
      [20, 30, false],
      [30, 50, true],
    ]);
    expect(areas.find(29)?.writable).toBe(false);
    expect(areas.find(50)).toBeUndefined();
    expect([areas.overlaps(0, 10), areas.overlaps(0, 11), areas.overlaps(49, 60)]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('say of every address what was said last', () => {
    const step = fc.record({
      start: fc.nat(40),
      size: fc.nat(20),
      kind: fc.constantFrom('set', 'remove'),
      writable: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const areas = new Areas();
        const plain = new Map<number, boolean>();
        for (const { start, size, kind, writable } of steps) {
          const end = start + size;
          if (kind === 'set') areas.set({ start, end, accessible: true, writable });
          else areas.remove(start, end);
          for (let at = start; at < end; at++) {
            if (kind === 'set') plain.set(at, writable);
            else plain.delete(at);
          }
        }
        const copy = new Areas();
        copy.restore(structuredClone(areas.snapshot()));
        for (let at = 0; at < 64; at++) expect(copy.find(at)?.writable).toBe(plain.get(at));
        const list = copy.snapshot();
        list.forEach((area, index) => {
          expect(area.start).toBeGreaterThanOrEqual(list[index - 1]?.end ?? 0);
        });
      }),
    );
  });
});
