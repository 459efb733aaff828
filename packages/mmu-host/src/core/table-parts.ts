// SPDX-License-Identifier: GPL-2.0-or-later
import type { Pfn } from '@lguest-sim/x86';

/** log2 of the 32-bit words in a page. */
const PAGE_WORD_SHIFT = 10;
/** log2 of the words in a part: 32 parts to a page, a bit each. */
const PART_SHIFT = 5;
/** 32-bit words in a part of a table. */
export const PART_WORDS = 1 << PART_SHIFT;

/**
 * Which parts of the shadow tables may hold a present entry. Tables are large and mostly empty; the
 * original looks through all of one to release it, and with this only what was ever filled is looked
 * at.
 *
 * It is no state: a part that is marked in vain costs a look, and nothing else.
 */
export class TableParts {
  /** By host page number: a bit for each part. */
  private readonly marks: Int32Array;

  /** @param frameCount frames of host memory */
  constructor(frameCount: number) {
    this.marks = new Int32Array(frameCount);
  }

  /** An entry is made present; `word` is the index of its low word in host memory. */
  mark(word: number): void {
    // A shift counts modulo 32.
    this.marks[word >>> PAGE_WORD_SHIFT]! |= 1 << (word >>> PART_SHIFT);
  }

  /** No entry of the part that a word is in is present. */
  unmark(word: number): void {
    this.marks[word >>> PAGE_WORD_SHIFT]! &= ~(1 << (word >>> PART_SHIFT));
  }

  /** A page of zeros becomes a table. */
  clear(table: Pfn): void {
    this.marks[table] = 0;
  }

  /** Nothing is known of any table: memory has become another. */
  forget(): void {
    this.marks.fill(-1);
  }

  /**
   * The parts of one table that may hold something present.
   *
   * @param first index of a word in host memory
   * @param end index of the word after the last that is asked for, in the same table
   * @returns a bit for each part of the table
   */
  between(first: number, end: number): number {
    const low = -1 << (first >>> PART_SHIFT);
    const high = -1 >>> (PART_WORDS - 1 - (((end - 1) >>> PART_SHIFT) & (PART_WORDS - 1)));
    return this.marks[first >>> PAGE_WORD_SHIFT]! & low & high;
  }
}
