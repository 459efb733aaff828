// SPDX-License-Identifier: GPL-2.0-or-later
import { PAGE_MASK, PAGE_SHIFT } from '@lguest-sim/x86';

/** Size and shape of a TLB. Both are powers of two; there are entries / ways sets. */
export interface TlbShape {
  /** Translations that fit, a power of two times `ways`. */
  readonly entries: number;
  /** Entries of a set. */
  readonly ways: number;
}

/** 64 entries in sets of 4. */
export const DEFAULT_TLB: TlbShape = { entries: 64, ways: 4 };

/** Most entries that can be asked for: as many as there are pages. */
const MAX_ENTRIES = 2 ** 20;
/** Most ways: their number must not take more bits than the offset in a page has. */
const MAX_WAYS = 2 ** PAGE_SHIFT;

/** A TLB's contents as plain data. */
export interface TlbSnapshot {
  /** For each slot the page that it translates, with its rights: see `Tlb`. */
  readonly tags: Int32Array;
  /** For each slot the host-physical address of the page. */
  readonly frames: Int32Array;
  /** Present where a policy says what goes. */
  readonly policy?: {
    /** The way that each place stands for. */
    readonly wayAt: Uint16Array;
    readonly isEmpty: boolean;
    /** The policy's own state. */
    readonly state: unknown;
  };
}

/**
 * A set-associative TLB with exact LRU replacement.
 *
 *                 most recent            least recent
 *     set 0       | way 0 | way 1 | way 2 | way 3 |      tags:   vpn << 12 | rights
 *     set 1       | way 0 | way 1 | way 2 | way 3 |      frames: host-physical page address
 *     ...
 *
 * The ways of a set stand in order of use, so there are no ages to keep: a hit in way 0, by far the
 * most frequent, changes nothing; any other hit moves to the front; a fill drops the last. A tag of
 * 0 is an empty way, as it lacks `Right.present`, which every access needs.
 *
 * Addresses and frames are signed 32-bit numbers here (engines keep those unboxed). The hot loop
 * reads `tags` and `frames` itself.
 */
export class Tlb {
  /** Whether the ways of a set stand in order of use, and the last one goes. */
  readonly isLru: boolean = true;
  /** Its size. */
  readonly shape: TlbShape;
  /** For each slot the page that it translates, with its rights. */
  readonly tags: Int32Array;
  /** For each slot the host-physical address of the page, signed. */
  readonly frames: Int32Array;
  /** How far right an address goes, and what is kept of it, to be the index of its set's way 0. */
  readonly slotShift: number;
  /** What to mask a page number with for the first slot of its set. */
  readonly slotMask: number;
  /** Entries of a set. */
  protected readonly ways: number;
  /**
   * Way 0 of the sets that were filled since the last flush, some perhaps twice. Two world switches leave
   * few of them, and to empty these is less work than to empty all.
   */
  private readonly filled: Int32Array;
  /** How many there are; more than there is room for stand for all sets. */
  private filledCount = 0;

  /** @throws RangeError unless both are powers of two, ways <= entries <= 2^20, ways <= 4096 */
  constructor(shape: TlbShape = DEFAULT_TLB) {
    const { entries, ways } = shape;
    const most = Math.min(entries, MAX_WAYS);
    if (!isPowerOfTwo(entries, MAX_ENTRIES) || !isPowerOfTwo(ways, most)) {
      throw new RangeError(
        `TLB of ${entries} entries in ${ways} ways: expected powers of two, at most ${MAX_ENTRIES} entries and ${most} ways`,
      );
    }
    this.shape = { entries, ways };
    this.ways = ways;
    this.tags = new Int32Array(entries);
    this.frames = new Int32Array(entries);
    this.filled = new Int32Array(entries / ways);
    this.slotShift = PAGE_SHIFT - Math.log2(ways);
    this.slotMask = entries - ways;
  }

  /** Index of way 0 of the set that an address belongs to. */
  slotOf(address: number): number {
    return (address >>> this.slotShift) & this.slotMask;
  }

  /**
   * Looks an access up; a hit is then in way 0. See `Need`.
   * @returns whether an entry grants everything that the access needs
   */
  lookUp(address: number, need: number): boolean {
    const slot = this.slotOf(address);
    const wanted = (address & PAGE_MASK) | need;
    const mask = PAGE_MASK | need;
    return ((this.tags[slot]! ^ wanted) & mask) === 0 || this.promote(slot, wanted, mask);
  }

  /**
   * Finds an entry behind way 0, and changes nothing.
   *
   * @param slot way 0 of the set
   * @param wanted page address and needed rights
   * @param mask the bits of a tag that have to be as `wanted` has them
   * @returns its index in `tags` and `frames`, or -1
   */
  find(slot: number, wanted: number, mask: number): number {
    const { tags } = this;
    const end = slot + this.ways;
    for (let way = slot + 1; way < end; way++) {
      const tag = tags[way]!;
      if (((tag ^ wanted) & mask) === 0) return way;
      // Empty ways come last.
      if (tag === 0) return -1;
    }
    return -1;
  }

  /**
   * The rest of a look-up whose way 0 did not hit: tries the other ways, and moves the one that hits
   * to the front.
   *
   * @param slot way 0 of the set
   * @param wanted page address and needed rights
   * @param mask the bits of a tag that have to be as `wanted` has them
   */
  promote(slot: number, wanted: number, mask: number): boolean {
    // Empty ways come last: as a rule a world switch has just emptied the set.
    if (this.tags[slot] === 0) return false;
    const way = this.find(slot, wanted, mask);
    if (way < 0) return false;
    this.moveToFront(slot, way);
    return true;
  }

  /**
   * Puts an entry in way 0, in place of the page's former entry or of the least recently used one.
   * @param frame host-physical page address, signed
   */
  fill(address: number, rights: number, frame: number): void {
    const slot = this.slotOf(address);
    // Empty ways come last: after a flush there is nothing to find or to move.
    if (this.tags[slot] === 0) this.noteFilled(slot);
    else this.makeWay(slot, address);
    this.tags[slot] = (address & PAGE_MASK) | rights;
    this.frames[slot] = frame;
  }

  /** Adds a right to the entry in way 0 of a set. */
  grant(slot: number, right: number): void {
    this.tags[slot]! |= right;
  }

  /** Forgets the entry of one page, if there is one. */
  drop(address: number): void {
    const slot = this.slotOf(address);
    if (this.tags[slot] === 0) return;
    const way = this.wayOf(slot, address);
    if (way < 0) return;
    const last = slot + this.ways - 1;
    for (let to = way; to < last; to++) {
      this.tags[to] = this.tags[to + 1]!;
      this.frames[to] = this.frames[to + 1]!;
    }
    this.tags[last] = 0;
  }

  /** Forgets everything: a CR3 load with CR4.PGE off. */
  flush(): void {
    const { tags, filled, filledCount, ways, isLru } = this;
    if (filledCount > filled.length) {
      tags.fill(0);
    } else {
      for (let at = 0; at < filledCount; at++) {
        let way = filled[at]!;
        const end = way + ways;
        // In order of use empty ways come last.
        for (; way < end && (tags[way] !== 0 || !isLru); way++) tags[way] = 0;
      }
    }
    this.filledCount = 0;
  }

  /** Nothing was filled since the last flush, as between the two CR3 loads of a world switch. */
  protected get isEmpty(): boolean {
    return this.filledCount === 0;
  }

  /** Its state as plain data. */
  snapshot(): TlbSnapshot {
    return { tags: this.tags.slice(), frames: this.frames.slice() };
  }

  /**
   * Puts back what `snapshot` returned.
   * @throws RangeError if the snapshot is of a TLB of another size
   */
  restore(snapshot: TlbSnapshot): void {
    if (snapshot.tags.length !== this.tags.length) {
      throw new RangeError(
        `snapshot of a TLB of ${snapshot.tags.length} entries: expected ${this.tags.length}`,
      );
    }
    this.filledCount = this.filled.length + 1;
    this.tags.set(snapshot.tags);
    this.frames.set(snapshot.frames);
  }

  /** Index of the way that holds a page, with whatever rights, or -1. */
  protected wayOf(slot: number, address: number): number {
    for (let way = slot; way < slot + this.ways; way++) {
      const tag = this.tags[way]!;
      if (tag !== 0 && ((tag ^ address) & PAGE_MASK) === 0) return way;
    }
    return -1;
  }

  /** To be called when way 0 of a set is empty and about to be filled. */
  protected noteFilled(slot: number): void {
    if (this.filledCount < this.filled.length) this.filled[this.filledCount] = slot;
    this.filledCount++;
  }

  /** Has way 0 of a set ready to be filled: what stood before the page's former entry, an empty way or the last moves. */
  private makeWay(slot: number, address: number): void {
    const { tags, frames, ways } = this;
    const last = slot + ways - 1;
    let to = slot;
    while (to < last && tags[to] !== 0 && ((tags[to]! ^ address) & PAGE_MASK) !== 0) to++;
    for (; to > slot; to--) {
      tags[to] = tags[to - 1]!;
      frames[to] = frames[to - 1]!;
    }
  }

  private moveToFront(slot: number, way: number): void {
    const { tags, frames } = this;
    const tag = tags[way]!;
    const frame = frames[way]!;
    for (let to = way; to > slot; to--) {
      tags[to] = tags[to - 1]!;
      frames[to] = frames[to - 1]!;
    }
    tags[slot] = tag;
    frames[slot] = frame;
  }
}

function isPowerOfTwo(value: number, most: number): boolean {
  return value >= 1 && value <= most && Number.isInteger(Math.log2(value));
}
