// SPDX-License-Identifier: GPL-2.0-or-later
import { PAGE_SHIFT, PAGE_SIZE, PAGE_WORDS, type Pfn } from './page.js';

/** Who a frame belongs to. A frame whose owner is `none` lives only while something holds it. */
export const FrameOwner = {
  none: 0,
  reserved: 1,
  zeroPage: 2,
  launcher: 3,
  shadowTable: 4,
  switcher: 5,
  registers: 6,
} as const;
/** One of them. */
export type FrameOwner = (typeof FrameOwner)[keyof typeof FrameOwner];

/** What `allocate` returns when every frame is in use. */
export const NO_FRAME = -1;

/** 32-bit words in a part of a frame: `HostMemory.filled` has a bit for each. */
export const PART_WORDS = PAGE_WORDS / 32;
/** Numbers of 8 bytes in a part, and in a page. */
const PART_DOUBLES = PART_WORDS / 2;
const PAGE_DOUBLES = PAGE_WORDS / 2;

/** Which frames are whose, without their contents, as plain data. */
export interface HostFrames {
  /** First frame that was never used. */
  readonly unused: number;
  /** Most frames that may be in use. */
  readonly limit: number;
  /** Frames that are free again, the one that is handed out next last. */
  readonly free: Int32Array;
  /** Owners and holds of all frames below `unused`. */
  readonly owners: Uint8Array;
  /** For each frame how many references are held on it. */
  readonly holds: Int32Array;
}

/** Everything a host memory holds, as plain data. */
export interface HostMemorySnapshot extends HostFrames {
  /** Frames of 4096 bytes. */
  readonly frameCount: number;
  /** Contents of all frames below `unused`. */
  readonly words: Int32Array;
}

/**
 * Host physical memory: one buffer of 4 KiB frames.
 *
 * A frame has an owner (the Launcher's address space, the host kernel) and a number of holds, which
 * count what `get_page` and `put_page` did: one for each present shadow leaf that maps it. A frame
 * is free again when it has neither. Holds are counted as the original counts them, so a defect of
 * the original can bring them below zero; that is visible and never frees an owned frame.
 *
 * Frame 0 is never handed out, so that page number 0 cannot be meant by mistake; frame 1 is the
 * shared zero page.
 */
export class HostMemory {
  /** Frames of 4096 bytes. */
  readonly frameCount: number;
  /** What backs all of it. */
  readonly buffer: ArrayBufferLike;
  /** The same bytes as signed 32-bit words (signed, as engines keep those unboxed). */
  readonly words: Int32Array;
  /** Every byte, by host-physical address. */
  readonly bytes: Uint8Array;
  /** For each frame how many references are held on it. */
  readonly holds: Int32Array;
  /** For each frame its `FrameOwner`. */
  readonly owners: Uint8Array;
  /**
   * For each frame a bit for each of its 32 parts that may hold something other than zeros. All are
   * set when it is handed out; who then keeps a frame's bits spares looking through, and clearing,
   * what was never filled. It is no part of a snapshot: whatever is put back may be anywhere.
   */
  readonly filled: Int32Array;
  /** Page number of the zero page, which all untouched memory shares. */
  readonly zeroPage: Pfn = 1;
  /**
   * Most frames that may be in use, `frameCount` unless somebody sets less: then `allocate` finds
   * none, although there are some.
   */
  limit: number;
  /** The same bytes again, eight at a time. */
  private readonly doubles: Float64Array;
  private readonly free: Int32Array;
  private freeCount = 0;
  private unused = 2;

  /**
   * @param frameCount frames of 4096 bytes; the operating system commits them as they are touched
   * @throws RangeError if fewer than 3 or more than 2^20 frames (4 GiB) are asked for
   */
  constructor(frameCount: number) {
    if (!Number.isInteger(frameCount) || frameCount < 3 || frameCount > 2 ** 20) {
      throw new RangeError(`host memory of ${frameCount} frames: expected 3 to 1048576`);
    }
    this.frameCount = frameCount;
    this.limit = frameCount;
    this.buffer = allocateBuffer(frameCount * PAGE_SIZE);
    this.words = new Int32Array(this.buffer);
    this.bytes = new Uint8Array(this.buffer);
    this.doubles = new Float64Array(this.buffer);
    this.holds = new Int32Array(frameCount);
    this.owners = new Uint8Array(frameCount);
    this.filled = new Int32Array(frameCount);
    this.free = new Int32Array(frameCount);
    this.owners[0] = FrameOwner.reserved;
    this.owners[this.zeroPage] = FrameOwner.zeroPage;
  }

  /** Frames in use, frame 0 and the zero page included. */
  get used(): number {
    return this.unused - this.freeCount;
  }

  /** Frames that were ever handed out, and the first two: no page number in use is as high. */
  get everUsed(): number {
    return this.unused;
  }

  /** Takes a zero-filled frame, with no holds. Returns its page number, or `NO_FRAME`. */
  allocate(owner: FrameOwner): Pfn {
    let pfn: Pfn;
    if (this.used >= this.limit) return NO_FRAME;
    if (this.freeCount > 0) {
      pfn = this.free[--this.freeCount]!;
      this.clear(pfn);
    } else if (this.unused < this.frameCount) {
      pfn = this.unused++;
    } else {
      return NO_FRAME;
    }
    this.owners[pfn] = owner;
    this.holds[pfn] = 0;
    this.filled[pfn] = -1;
    return pfn;
  }

  /** The owner gives the frame up. It is free at once, or when its last hold is released. */
  disown(pfn: Pfn): void {
    this.owners[pfn] = FrameOwner.none;
    if (this.holds[pfn]! <= 0) this.recycle(pfn);
  }

  /** Takes one hold on a frame (the original's `get_page`). */
  hold(pfn: Pfn): void {
    this.holds[pfn]!++;
  }

  /** Releases one hold on a frame (the original's `put_page`). */
  release(pfn: Pfn): void {
    const holds = --this.holds[pfn]!;
    if (holds === 0 && this.owners[pfn] === FrameOwner.none) this.recycle(pfn);
  }

  /** Everything in this memory, copied. */
  snapshot(): HostMemorySnapshot {
    return {
      frameCount: this.frameCount,
      ...this.frames(),
      words: this.words.slice(0, this.unused * PAGE_WORDS),
    };
  }

  /** Who has which frames, copied; for somebody who keeps the contents in a way of their own. */
  frames(): HostFrames {
    return {
      unused: this.unused,
      limit: this.limit,
      free: this.free.slice(0, this.freeCount),
      owners: this.owners.slice(0, this.unused),
      holds: this.holds.slice(0, this.unused),
    };
  }

  /**
   * Puts a snapshot back.
   * @throws RangeError if the snapshot is of a memory of another size
   */
  restore(snapshot: HostMemorySnapshot): void {
    if (snapshot.frameCount !== this.frameCount) {
      throw new RangeError(
        `snapshot of ${snapshot.frameCount} frames: expected ${this.frameCount}`,
      );
    }
    this.words.fill(0, snapshot.unused * PAGE_WORDS, this.unused * PAGE_WORDS);
    this.words.set(snapshot.words);
    this.restoreFrames(snapshot);
  }

  /**
   * Puts back who has which frames, and leaves their contents alone. A frame that was never used has
   * to be zero-filled: whoever uses this sees to that.
   */
  restoreFrames(frames: HostFrames): void {
    const { unused, free } = frames;
    if (unused < this.unused) {
      this.owners.fill(0, unused, this.unused);
      this.holds.fill(0, unused, this.unused);
    }
    this.owners.set(frames.owners);
    this.holds.set(frames.holds);
    this.filled.fill(-1);
    this.free.set(free);
    this.freeCount = free.length;
    this.unused = unused;
    this.limit = frames.limit;
  }

  /**
   * Fills what was filled of a frame with zeros: a double's zero is one of all bits. By hand, as a call of `fill` or `set`
   * leaves compiled code, and where memory is shared that takes longer than the page itself.
   */
  private clear(pfn: Pfn): void {
    const { doubles } = this;
    for (let left = this.filled[pfn]!; left !== 0; left &= left - 1) {
      const part = 31 - Math.clz32(left & -left);
      const first = pfn * PAGE_DOUBLES + part * PART_DOUBLES;
      for (let i = first; i < first + PART_DOUBLES; i += 4) {
        doubles[i] = 0;
        doubles[i + 1] = 0;
        doubles[i + 2] = 0;
        doubles[i + 3] = 0;
      }
    }
  }

  private recycle(pfn: Pfn): void {
    this.free[this.freeCount++] = pfn;
  }
}

/** Index of a frame's first 32-bit word in `HostMemory.words`. */
export function frameWord(pfn: Pfn): number {
  return pfn << (PAGE_SHIFT - 2);
}

/**
 * A buffer of zeros. It is a shared one where there is such a thing (a browser has it for isolated
 * pages only): engines take the size of any other for memory that a collection could free, and V8
 * collects three times in a short run because of it, in vain.
 */
function allocateBuffer(bytes: number): ArrayBufferLike {
  return typeof SharedArrayBuffer === 'undefined'
    ? new ArrayBuffer(bytes)
    : new SharedArrayBuffer(bytes);
}
