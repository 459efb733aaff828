// SPDX-License-Identifier: GPL-2.0-or-later

/** Numbers things from 0, in the order in which they are first asked for. */
export class Numbering<Key> {
  readonly #numbers = new Map<Key, number>();
  /** What was asked for last, which often is asked for again. */
  #last: Key | undefined;
  #lastNumber = -1;

  get size(): number {
    return this.#numbers.size;
  }

  /** In order. */
  get keys(): Key[] {
    return [...this.#numbers.keys()];
  }

  has(key: Key): boolean {
    return this.#numbers.has(key);
  }

  numberOf(key: Key): number {
    if (key === this.#last && this.#lastNumber >= 0) return this.#lastNumber;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.size;
      this.#numbers.set(key, number);
    }
    this.#last = key;
    this.#lastNumber = number;
    return number;
  }

  clear(): void {
    this.#numbers.clear();
    this.#lastNumber = -1;
  }
}
