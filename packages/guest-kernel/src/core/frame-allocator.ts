// SPDX-License-Identifier: GPL-2.0-or-later
import type { Pfn } from '@lguest-sim/x86';

/** What `allocate` returns when no block of that order is left. */
export const NO_GUEST_FRAME = -1;

/** Orders handed out: single frames, and pairs for kernel stacks. */
const ORDERS = 2;
const NONE = -1;

/** In `state`: the frame is in use, or the rest of a free block. */
const NOT_A_FREE_HEAD = 0;

/** The free lists, each in order, and which frames were used before; the rest follows from them. */
export interface FrameAllocatorSnapshot {
  readonly free: readonly Int32Array[];
  /** A bit for each frame: it was given back at least once. */
  readonly returned: Uint8Array;
}

/**
 * The guest kernel's page-frame allocator: a buddy allocator of two orders.
 *
 *     order 1:  head <-> 34 <-> 36 <-> 38      blocks of two frames, at even frames
 *     order 0:  head <-> 33                    frames whose buddy (frame ^ 1) is in use
 *
 * A free block is known by its first frame: `state` holds its order + 1, `next` and `previous` link
 * it into its order's list. A freed frame whose buddy is free makes a pair again, so a pair is found
 * whenever one exists.
 */
export class FrameAllocator {
  /** First frame managed. */
  readonly first: Pfn;
  /** First frame beyond those managed. */
  readonly end: Pfn;
  #freeFrames = 0;
  readonly #state: Uint8Array;
  readonly #inUse: Uint8Array;
  readonly #returned: Uint8Array;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #heads = new Int32Array(ORDERS).fill(NONE);

  /** Manages the frames from `first` up to but not including `end`; all are free. */
  constructor(first: Pfn, end: Pfn) {
    this.first = first;
    this.end = end;
    this.#state = new Uint8Array(end);
    this.#inUse = new Uint8Array(end).fill(1);
    this.#returned = new Uint8Array(Math.ceil(end / 8));
    this.#next = new Int32Array(end);
    this.#previous = new Int32Array(end);
    this.#freeAll();
  }

  /** Frames free now. */
  get freeFrames(): number {
    return this.#freeFrames;
  }

  /** Whether a frame that is taken now was never taken before: nobody can have written to it. */
  isFirstUse(frame: Pfn): boolean {
    return (this.#returned[frame >>> 3]! & (1 << (frame & 7))) === 0;
  }

  /** Takes 2^order frames, aligned to their number. Returns the first, or NO_GUEST_FRAME. */
  allocate(order: 0 | 1): Pfn {
    let found: number = order;
    while (found < ORDERS && this.#heads[found] === NONE) found++;
    if (found === ORDERS) return NO_GUEST_FRAME;
    const block = this.#heads[found]!;
    this.#unlink(block, found);
    while (found > order) {
      found--;
      this.#link(block + (1 << found), found);
    }
    this.#mark(block, order, 1);
    return block;
  }

  /**
   * Gives 2^order frames back.
   * @throws Error if one of them is free already or not managed: a bug in the kernel
   */
  free(frame: Pfn, order: 0 | 1): void {
    this.#mark(frame, order, 0);
    for (let at = frame; at < frame + (1 << order); at++) {
      this.#returned[at >>> 3]! |= 1 << (at & 7);
    }
    let head = frame;
    let size: number = order;
    while (size < ORDERS - 1) {
      const buddy = head ^ (1 << size);
      if (buddy < this.first || buddy >= this.end || this.#state[buddy] !== size + 1) break;
      this.#unlink(buddy, size);
      head &= ~(1 << size);
      size++;
    }
    this.#link(head, size);
  }

  snapshot(): FrameAllocatorSnapshot {
    const free = Array.from(this.#heads, (head) => this.#list(head));
    return { free, returned: this.#returned.slice() };
  }

  restore(snapshot: FrameAllocatorSnapshot): void {
    this.#state.fill(NOT_A_FREE_HEAD);
    this.#inUse.fill(1);
    this.#heads.fill(NONE);
    this.#freeFrames = 0;
    this.#returned.set(snapshot.returned);
    snapshot.free.forEach((blocks, order) => {
      for (const block of blocks.toReversed()) {
        this.#mark(block, order, 0);
        this.#link(block, order);
      }
    });
  }

  /** Frees every frame at once. Downwards, so that the lists start with the lowest frames. */
  #freeAll(): void {
    const { first, end } = this;
    this.#inUse.fill(0, first, end);
    this.#freeFrames = Math.max(0, end - first);
    if ((end & 1) === 1 && end > first) this.#link(end - 1, 0);
    for (let pair = (end & ~1) - 2; pair >= first; pair -= 2) this.#link(pair, 1);
    if ((first & 1) === 1 && first < end) this.#link(first, 0);
  }

  #mark(frame: Pfn, order: number, inUse: 0 | 1): void {
    for (let at = frame; at < frame + (1 << order); at++) {
      if (at < this.first || at >= this.end || this.#inUse[at] === inUse) {
        throw new Error(`guest frame ${at}: cannot be ${inUse === 1 ? 'taken' : 'freed'}`);
      }
      this.#inUse[at] = inUse;
    }
    this.#freeFrames += (inUse === 1 ? -1 : 1) * (1 << order);
  }

  #link(block: Pfn, order: number): void {
    const head = this.#heads[order]!;
    this.#state[block] = order + 1;
    this.#next[block] = head;
    this.#previous[block] = NONE;
    if (head !== NONE) this.#previous[head] = block;
    this.#heads[order] = block;
  }

  #unlink(block: Pfn, order: number): void {
    const next = this.#next[block]!;
    const previous = this.#previous[block]!;
    this.#state[block] = NOT_A_FREE_HEAD;
    if (next !== NONE) this.#previous[next] = previous;
    if (previous !== NONE) this.#next[previous] = next;
    else this.#heads[order] = next;
  }

  #list(head: Pfn): Int32Array {
    const blocks: number[] = [];
    for (let block = head; block !== NONE; block = this.#next[block]!) blocks.push(block);
    return Int32Array.from(blocks);
  }
}
