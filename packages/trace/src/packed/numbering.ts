// SPDX-License-Identifier: GPL-2.0-or-later

/** Numbers things from 0, in the order in which they are first asked for. */
export class Numbering<Key> {
  readonly #numbers = new Map<Key, number>();
  readonly #most: number;

  /** @param most how many may be numbered. */
  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#numbers.size;
  }

  /** In order. */
  get keys(): Key[] {
    return [...this.#numbers.keys()];
  }

  /** Whether a key has a number, or there is one left for it and `others` more. */
  hasRoom(key: Key, others = 0): boolean {
    return this.#numbers.has(key) || this.size + others < this.#most;
  }

  numberOf(key: Key): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.size;
    this.#numbers.set(key, number);
    return number;
  }

  clear(): void {
    this.#numbers.clear();
  }
}
