// SPDX-License-Identifier: GPL-2.0-or-later

/** Signed 32-bit words, one after the other, in room that grows. */
export class WordList {
  words: Int32Array;
  length = 0;

  constructor(room = 1024) {
    this.words = new Int32Array(room);
  }

  push(word: number): void {
    if (this.length === this.words.length) this.grow();
    this.words[this.length++] = word;
  }

  private grow(): void {
    const larger = new Int32Array(this.words.length * 2);
    larger.set(this.words);
    this.words = larger;
  }
}
