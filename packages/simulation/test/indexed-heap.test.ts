// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY, IndexedHeap, type HeapEntry } from '../src/indexed-heap.js';

const CAPACITY = 12;

/** A change: a key puts the member in or moves it, none takes it out. */
const change = fc.record({
  member: fc.nat(CAPACITY - 1),
  key: fc.option(fc.nat(5), { nil: undefined }),
  rank: fc.option(fc.nat(3), { nil: undefined }),
});

/** The same as a list that is sorted anew each time; of equal rank nothing is said. */
class SortedList {
  private entries: HeapEntry[] = [];

  set(member: number, key: number, rank = member): void {
    this.remove(member);
    this.entries.push({ member, key, rank });
    this.entries.sort((a, b) => a.key - b.key || a.rank - b.rank);
  }

  remove(member: number): void {
    this.entries = this.entries.filter((entry) => entry.member !== member);
  }

  get all(): readonly HeapEntry[] {
    return this.entries;
  }
}

const order = (entries: readonly HeapEntry[]) => entries.map(({ key, rank }) => [key, rank]);

describe('an indexed heap', () => {
  it('is as a sorted list is, whatever is put in, changed and taken out', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 80 }), (changes) => {
        const heap = new IndexedHeap(CAPACITY);
        const list = new SortedList();
        for (const { member, key, rank } of changes) {
          for (const either of [heap, list]) {
            if (key === undefined) either.remove(member);
            else either.set(member, key, rank);
          }
          expect(heap.size).toBe(list.all.length);
          expect(heap.firstKey).toBe(list.all[0]?.key ?? Infinity);
          expect(heap.secondKey).toBe(list.all[1]?.key ?? Infinity);
          expect(heap.has(member)).toBe(key !== undefined);
          expect(order(heap.snapshot())).toEqual(order(list.all));
          expect(heap.snapshot()[0]?.key ?? Infinity).toBe(heap.firstKey);
        }
      }),
    );
  });

  it('gives its members in order of their keys, and of equal keys in order of their numbers', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4), { maxLength: CAPACITY }), (keys) => {
        const heap = new IndexedHeap(CAPACITY);
        for (const [member, key] of keys.entries()) heap.set(member, key);
        const taken: number[] = [];
        while (heap.first !== EMPTY) {
          taken.push(heap.first);
          heap.remove(heap.first);
        }
        const sorted = [...keys.keys()].sort((a, b) => keys[a]! - keys[b]! || a - b);
        expect(taken).toEqual(sorted);
      }),
    );
  });

  it('goes on the same after a snapshot is put back', () => {
    const heap = new IndexedHeap(4);
    heap.set(3, 10);
    heap.set(0, 10, 7);
    heap.set(1, 2);
    const copy = new IndexedHeap(4);
    copy.set(2, 1);
    copy.restore(structuredClone(heap.snapshot()));
    expect(copy.snapshot()).toEqual(heap.snapshot());
    expect(copy.has(2)).toBe(false);
    copy.remove(1);
    expect(copy.first).toBe(3);
  });
});
