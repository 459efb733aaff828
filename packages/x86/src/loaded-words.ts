// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * What the loads of a guest kernel returned, in order: unsigned 32-bit words in room that grows. Lists
 * that are used again spare a simulation an array for each of the kernel's steps.
 */
export class LoadedWords {
  /** The words, and behind `length` old ones. */
  words = new Uint32Array(16);
  /** How many there are. */
  length = 0;

  /** Appends a word, signed or unsigned. */
  push(word: number): void {
    if (this.length === this.words.length) this.grow();
    this.words[this.length++] = word;
  }

  /** All of them, as an array of their own. */
  values(): number[] {
    return [...this.words.subarray(0, this.length)];
  }

  private grow(): void {
    const larger = new Uint32Array(this.words.length * 2);
    larger.set(this.words);
    this.words = larger;
  }
}
