// SPDX-License-Identifier: GPL-2.0-or-later

/** What `first` returns of an empty heap. */
export const EMPTY = -1;

/** One member of a heap. */
export interface HeapEntry {
  readonly member: number;
  readonly key: number;
  readonly rank: number;
}

/** A heap as plain data: its members, in order. */
export type IndexedHeapSnapshot = readonly HeapEntry[];

/**
 * A set of small numbers, each with a key, that knows its first: the one with the smallest key, of
 * equals the one with the smallest rank. A binary heap that also knows where each member stands, so
 * that a key is changed, or a member taken out, in a time that grows with the logarithm of how many
 * there are; to look at the first costs nothing.
 */
export class IndexedHeap {
  /** Members as a binary tree: the two below `at` are at 2 at + 1 and 2 at + 2. */
  private readonly tree: Int32Array;
  /** Where each member stands in the tree, or `EMPTY`. */
  private readonly places: Int32Array;
  private readonly keys: Float64Array;
  private readonly ranks: Float64Array;
  private count = 0;

  /** @param capacity members are numbers from 0 up to but not including this */
  constructor(capacity: number) {
    this.tree = new Int32Array(capacity);
    this.places = new Int32Array(capacity).fill(EMPTY);
    this.keys = new Float64Array(capacity);
    this.ranks = new Float64Array(capacity);
  }

  get size(): number {
    return this.count;
  }

  /** The member that comes first, or `EMPTY`. */
  get first(): number {
    return this.count === 0 ? EMPTY : this.tree[0]!;
  }

  /** Key of the first member; Infinity if there is none. */
  get firstKey(): number {
    return this.count === 0 ? Infinity : this.keys[this.tree[0]!]!;
  }

  /** Key of the member that comes second; Infinity if there is none. */
  get secondKey(): number {
    const second = this.earlierBelow(0);
    return second === EMPTY ? Infinity : this.keys[this.tree[second]!]!;
  }

  has(member: number): boolean {
    return this.places[member] !== EMPTY;
  }

  /** Puts a member in, or changes its key. `rank` decides between equal keys. */
  set(member: number, key: number, rank = member): void {
    let at = this.places[member]!;
    this.keys[member] = key;
    this.ranks[member] = rank;
    if (at === EMPTY) at = this.count++;
    else if (this.count === 1) return;
    this.sink(this.rise(at, member), member);
  }

  /** Takes a member out, if it is in. */
  remove(member: number): void {
    const at = this.places[member]!;
    if (at === EMPTY) return;
    this.places[member] = EMPTY;
    const last = this.tree[--this.count]!;
    if (last !== member) this.sink(this.rise(at, last), last);
  }

  clear(): void {
    this.count = 0;
    this.places.fill(EMPTY);
  }

  snapshot(): IndexedHeapSnapshot {
    const { keys, ranks } = this;
    return [...this.tree.subarray(0, this.count)]
      .map((member) => ({ member, key: keys[member]!, rank: ranks[member]! }))
      .sort((a, b) => a.key - b.key || a.rank - b.rank);
  }

  restore(snapshot: IndexedHeapSnapshot): void {
    this.clear();
    for (const { member, key, rank } of snapshot) this.set(member, key, rank);
  }

  private isBefore(a: number, b: number): boolean {
    const { keys, ranks } = this;
    if (keys[a]! !== keys[b]!) return keys[a]! < keys[b]!;
    return ranks[a]! < ranks[b]!;
  }

  /** Lets a member that belongs at `at` or above find its place; returns that. */
  private rise(at: number, member: number): number {
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = this.tree[above]!;
      if (!this.isBefore(member, other)) break;
      this.put(other, at);
      at = above;
    }
    this.put(member, at);
    return at;
  }

  private sink(at: number, member: number): void {
    for (;;) {
      const below = this.earlierBelow(at);
      if (below === EMPTY || !this.isBefore(this.tree[below]!, member)) break;
      this.put(this.tree[below]!, at);
      at = below;
    }
    this.put(member, at);
  }

  private earlierBelow(at: number): number {
    const left = 2 * at + 1;
    if (left >= this.count) return EMPTY;
    const right = left + 1;
    if (right >= this.count || this.isBefore(this.tree[left]!, this.tree[right]!)) return left;
    return right;
  }

  private put(member: number, at: number): void {
    this.tree[at] = member;
    this.places[member] = at;
  }
}
