// SPDX-License-Identifier: GPL-2.0-or-later
import {
  FrameOwner,
  NO_FRAME,
  PAGE_SHIFT,
  PAGE_SIZE,
  PAGE_WORDS,
  frameWord,
  hex,
} from '@lguest-sim/x86';
import type { HostMemory, Pfn } from '@lguest-sim/x86';
import type { LauncherMemoryOptions, LauncherMemorySnapshot, PageState } from './page-state.js';

/** `backing` of a page that nobody has written: it reads as zeros. Frame 0 is never handed out. */
const UNTOUCHED = 0;
/** `backing` of a page with nothing behind it. */
const HOLE = -1;

/**
 * The memory of one guest, as the Launcher's address space backs it: a private mapping of
 * `/dev/zero`, in which a page costs nothing until it is written (facts sheet, 1.2).
 *
 * A guest page is a **hole**, **untouched** (reads as zeros; pinned for reading it is the host's
 * shared zero page) or has a **frame** of its own; and it is writable or not.
 *
 * It is what the shadow MMU needs on both sides: guest memory that the host reads and writes, and
 * pages that a shadow leaf can hold. Five bytes a guest page are all it takes.
 */
export class LauncherMemory {
  /** Guest pages: the first page number that is out of bounds (the original's `pfn_limit`). */
  readonly pageLimit: number;
  /** Low word of what `read` found last, signed. */
  low = 0;
  /** High word of what `read` found last, signed; 0 after a read of 4 bytes. */
  high = 0;
  private readonly host: HostMemory;
  private readonly words: Int32Array;
  private readonly backing: Int32Array;
  private readonly writable: Uint8Array;
  /** Pages whose next use fails; undefined while there are none. */
  private failing: Set<number> | undefined;
  private readonly frameGiven: LauncherMemoryOptions['frameGiven'];

  /**
   * @param guestPages guest memory in 4096-byte pages; all untouched and writable
   * @throws RangeError unless 1 to 2^20 - 1 pages are asked for (addresses have 32 bits)
   */
  constructor(host: HostMemory, guestPages: number, options: LauncherMemoryOptions = {}) {
    if (!Number.isInteger(guestPages) || guestPages < 1 || guestPages >= 2 ** 20) {
      throw new RangeError(`guest memory of ${guestPages} pages: expected 1 to 1048575`);
    }
    this.host = host;
    this.words = host.words;
    this.pageLimit = guestPages;
    this.backing = new Int32Array(guestPages);
    this.writable = new Uint8Array(guestPages).fill(1);
    this.frameGiven = options.frameGiven;
  }

  /**
   * The host reads guest memory (the original's `lgread`). The value is left in `low` and `high`.
   *
   * @param gpa guest-physical address in bytes, taken modulo 2^32; any alignment
   * @param bytes 4 or 8
   * @returns false, with zeros in `low` and `high`, if a byte of it lies outside guest memory or
   *   in a hole
   */
  read(gpa: number, bytes: number): boolean {
    const offset = gpa & (PAGE_SIZE - 1);
    if ((gpa & 3) !== 0 || offset + bytes > PAGE_SIZE) return this.readBytes(gpa >>> 0, bytes);
    const page = gpa >>> PAGE_SHIFT;
    if (this.failing !== undefined && this.failsNow(page)) {
      this.low = this.high = 0;
      return false;
    }
    const frame = page < this.pageLimit ? this.backing[page]! : HOLE;
    if (frame <= UNTOUCHED) {
      this.low = this.high = 0;
      return frame === UNTOUCHED;
    }
    const word = frameWord(frame) | (offset >> 2);
    this.low = this.words[word]!;
    this.high = bytes === 8 ? this.words[word + 1]! : 0;
    return true;
  }

  /**
   * The host writes guest memory (the original's `lgwrite`).
   *
   * @param gpa guest-physical address in bytes, taken modulo 2^32; any alignment
   * @param bytes 4 or 8
   * @returns false, with nothing written, if a byte of it lies outside guest memory or in a page
   *   that cannot be written, or if the host has no frame left for an untouched page
   */
  write(gpa: number, bytes: number, low: number, high: number): boolean {
    const offset = gpa & (PAGE_SIZE - 1);
    if ((gpa & 3) !== 0 || offset + bytes > PAGE_SIZE) {
      return this.writeBytes(gpa >>> 0, bytes, low, high);
    }
    const frame = this.frameForWriting(gpa >>> PAGE_SHIFT);
    if (frame < 0) return false;
    const word = frameWord(frame) | (offset >> 2);
    this.words[word] = low;
    if (bytes === 8) this.words[word + 1] = high;
    return true;
  }

  /** Whether `read` of these bytes would succeed. */
  canRead(gpa: number, bytes: number): boolean {
    const end = gpa + bytes;
    if (end > this.pageLimit * PAGE_SIZE) return false;
    for (let page = gpa >>> PAGE_SHIFT; page <= (end - 1) >>> PAGE_SHIFT; page++) {
      if (this.backing[page] === HOLE || this.failsNow(page)) return false;
    }
    return true;
  }

  /** Whether `write` of these bytes would succeed while the host has frames. */
  canWrite(gpa: number, bytes: number): boolean {
    if (!this.canRead(gpa, bytes)) return false;
    const last = (gpa + bytes - 1) >>> PAGE_SHIFT;
    for (let page = gpa >>> PAGE_SHIFT; page <= last; page++) {
      if (this.writable[page] === 0) return false;
    }
    return true;
  }

  /** The word at `gpa`, unsigned. Bytes that cannot be read (`canRead`) are 0. */
  readWord(gpa: number): number {
    this.read(gpa, 4);
    return this.low >>> 0;
  }

  /** Stores a word at `gpa`. Returns false, with nothing stored, if that is refused. */
  writeWord(gpa: number, value: number): boolean {
    return this.write(gpa, 4, value | 0, 0);
  }

  /**
   * Finds the frame behind a guest page and takes a hold on it (the original's
   * `get_user_pages_fast` on the Launcher's page).
   *
   * @param gpfn guest page number
   * @param write whether the page shall be written: an untouched page then gets a frame first
   * @returns host page number, the shared zero page for an untouched page that is only read; or -1,
   *   with no hold taken, for a hole, a page out of bounds, a write to a page that is not writable,
   *   or when the host has no frame left
   */
  pin(gpfn: number, write: boolean): Pfn {
    let frame: Pfn;
    if (write) {
      frame = this.frameForWriting(gpfn);
    } else {
      frame = gpfn < this.pageLimit && !this.failsNow(gpfn) ? this.backing[gpfn]! : HOLE;
      if (frame === UNTOUCHED) frame = this.host.zeroPage;
    }
    if (frame >= 0) this.host.hold(frame);
    return frame;
  }

  /** Host page number of a guest page's own frame, or `NO_FRAME` for a hole or untouched page. */
  frameOf(gpfn: number): Pfn {
    const frame = this.backing[gpfn] ?? HOLE;
    return frame > UNTOUCHED ? frame : NO_FRAME;
  }

  /** What is behind a guest page. A page out of bounds is a hole. */
  backingOf(gpfn: number): 'hole' | 'untouched' | 'frame' {
    const frame = this.backing[gpfn] ?? HOLE;
    if (frame === HOLE) return 'hole';
    return frame === UNTOUCHED ? 'untouched' : 'frame';
  }

  /** Whether the Launcher maps a guest page writable. Means nothing for a hole. */
  isWritable(gpfn: number): boolean {
    return this.writable[gpfn] === 1;
  }

  /** Guest pages with a frame of their own. */
  get framesInUse(): number {
    let count = 0;
    for (const frame of this.backing) if (frame > UNTOUCHED) count++;
    return count;
  }

  /**
   * The Launcher maps pages anew (see `PageState`). Shadow leaves that exist go on mapping the
   * frames they were made for.
   *
   * @param gpfn first guest page number
   * @param count pages
   * @throws RangeError if a page is out of bounds, or the host has no frame left for `private`
   */
  setState(gpfn: number, count: number, state: PageState): void {
    this.checkPages(gpfn, count);
    for (let page = gpfn; page < gpfn + count; page++) this.setPageState(page, state);
  }

  /**
   * Lets the next use of each page fail by the host, to read, to write or to pin, as if the Launcher's
   * page could not be got just then. What is behind the page stays.
   *
   * @throws RangeError if a page is out of bounds
   */
  failOnce(gpfn: number, count: number): void {
    this.checkPages(gpfn, count);
    this.failing ??= new Set();
    for (let page = gpfn; page < gpfn + count; page++) this.failing.add(page);
  }

  /** Gives every frame back to the host. All that is left is holes. */
  close(): void {
    for (let page = 0; page < this.pageLimit; page++) this.abandon(page, HOLE);
  }

  /** Its state as plain data. */
  snapshot(): LauncherMemorySnapshot {
    return {
      backing: this.backing.slice(),
      writable: this.writable.slice(),
      ...(this.failing && { failing: [...this.failing] }),
    };
  }

  /**
   * Puts a snapshot back; the frames' contents are the host memory's to restore.
   * @throws RangeError if it is of a memory of another size
   */
  restore(snapshot: LauncherMemorySnapshot): void {
    if (snapshot.backing.length !== this.pageLimit) {
      throw new RangeError(
        `snapshot of ${snapshot.backing.length} guest pages: expected ${this.pageLimit}`,
      );
    }
    this.backing.set(snapshot.backing);
    this.writable.set(snapshot.writable);
    this.failing = snapshot.failing && new Set(snapshot.failing);
  }

  private checkPages(gpfn: number, count: number): void {
    if (gpfn >= 0 && count >= 0 && gpfn + count <= this.pageLimit) return;
    throw new RangeError(
      `guest pages ${gpfn} to ${gpfn + count}: expected below ${this.pageLimit}`,
    );
  }

  /** Whether a page is to fail, which it does then no more. */
  private failsNow(page: number): boolean {
    const { failing } = this;
    if (failing === undefined || !failing.delete(page)) return false;
    if (failing.size === 0) this.failing = undefined;
    return true;
  }

  private setPageState(page: number, state: PageState): void {
    switch (state) {
      case 'anon':
        this.abandon(page, UNTOUCHED);
        this.writable[page] = 1;
        return;
      case 'private':
        if (this.backing[page]! <= UNTOUCHED && this.giveFrame(page) < 0) {
          throw new RangeError(`guest page ${hex(page)}: no host frame left for it`);
        }
        this.writable[page] = 1;
        return;
      case 'readonly':
        if (this.backing[page] === HOLE) this.backing[page] = UNTOUCHED;
        this.writable[page] = 0;
        return;
      case 'hole':
        this.abandon(page, HOLE);
    }
  }

  private abandon(page: number, backing: number): void {
    const frame = this.backing[page]!;
    this.backing[page] = backing;
    if (frame > UNTOUCHED) this.host.disown(frame);
  }

  /** A page's own frame, given to it now if it was untouched; -1 if it cannot be written. */
  private frameForWriting(page: number): number {
    if (page >= this.pageLimit || this.writable[page] === 0 || this.failsNow(page)) return HOLE;
    const frame = this.backing[page]!;
    return frame === UNTOUCHED ? this.giveFrame(page) : frame;
  }

  private giveFrame(page: number): number {
    const frame = this.host.allocate(FrameOwner.launcher);
    if (frame === NO_FRAME) return HOLE;
    this.backing[page] = frame;
    this.frameGiven?.(page, frame);
    return frame;
  }

  private readBytes(gpa: number, bytes: number): boolean {
    this.low = this.high = 0;
    if (!this.canRead(gpa, bytes)) return false;
    for (let i = 0; i < bytes; i++) {
      const frame = this.backing[(gpa + i) >>> PAGE_SHIFT]!;
      if (frame === UNTOUCHED) continue;
      const byte = this.host.bytes[frame * PAGE_SIZE + ((gpa + i) & (PAGE_SIZE - 1))]!;
      if (i < 4) this.low |= byte << (i * 8);
      else this.high |= byte << ((i - 4) * 8);
    }
    return true;
  }

  private writeBytes(gpa: number, bytes: number, low: number, high: number): boolean {
    if (!this.canWrite(gpa, bytes)) return false;
    const first = this.frameForWriting(gpa >>> PAGE_SHIFT);
    const last = this.frameForWriting((gpa + bytes - 1) >>> PAGE_SHIFT);
    if (first < 0 || last < 0) return false;
    for (let i = 0; i < bytes; i++) {
      const at = gpa + i;
      const frame = at >>> PAGE_SHIFT === gpa >>> PAGE_SHIFT ? first : last;
      const value = i < 4 ? low >>> (i * 8) : high >>> ((i - 4) * 8);
      this.host.bytes[frame * PAGE_WORDS * 4 + (at & (PAGE_SIZE - 1))] = value;
    }
    return true;
  }
}
