// SPDX-License-Identifier: GPL-2.0-or-later
import { PART_WORDS, type HostMemory, type Pfn } from '@lguest-sim/x86';

/** log2 of the 32-bit words in a page, and in a part of one. */
const PAGE_WORD_SHIFT = 10;
const PART_SHIFT = 5;

/**
 * Which parts of the shadow tables may hold an entry: `HostMemory.filled`, kept for tables. They are
 * large and mostly empty; the original looks through all of one to release it, and clears all of it to
 * use it again, where here it is done for what was ever filled.
 */
export class TableParts {
  private readonly filled: Int32Array;

  constructor(host: HostMemory) {
    this.filled = host.filled;
  }

  /** A page of zeros becomes a table. */
  begin(table: Pfn): void {
    this.filled[table] = 0;
  }

  /** An entry is set; `word` is the index of its low word in host memory. */
  mark(word: number): void {
    // A shift counts modulo 32.
    this.filled[word >>> PAGE_WORD_SHIFT]! |= 1 << (word >>> PART_SHIFT);
  }

  /**
   * The parts of one table that may hold something.
   *
   * @param first index of a word in host memory
   * @param end index of the word after the last that is asked for, in the same table
   * @returns a bit for each part of the table
   */
  between(first: number, end: number): number {
    const low = -1 << (first >>> PART_SHIFT);
    const high = -1 >>> (PART_WORDS - 1 - (((end - 1) >>> PART_SHIFT) & (PART_WORDS - 1)));
    return this.filled[first >>> PAGE_WORD_SHIFT]! & low & high;
  }
}
