// SPDX-License-Identifier: GPL-2.0-or-later

/** Random numbers as an operation lists them: one after the other, then zeros. */
export class RandomList {
  private numbers: readonly number[] = [];
  private next = 0;

  /** Puts an operation's numbers in; what the one before left over is dropped. */
  load(numbers: readonly number[]): void {
    this.numbers = numbers;
    this.next = 0;
  }

  /** The next number: an unsigned 32-bit one. */
  readonly draw = (): number => this.numbers[this.next++] ?? 0;
}
