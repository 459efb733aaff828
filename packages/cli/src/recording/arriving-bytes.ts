// SPDX-License-Identifier: GPL-2.0-or-later
import { UnexpectedValue } from './json-values.js';

/** Bytes of which the number was told beforehand. They take room as they arrive, and no more than told. */
export class ArrivingBytes {
  readonly #what: string;
  readonly #expected: number;
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  constructor(what: string, expected: number) {
    this.#what = what;
    this.#expected = expected;
  }

  /** Bytes that have not arrived yet. */
  get missing(): number {
    return this.#expected - this.#length;
  }

  /** @throws UnexpectedValue if these are more than were told */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (bytes.length > this.missing) throw this.#wrong('more');
    this.#pieces.push(bytes);
    this.#length += bytes.length;
  }

  /** All of them, in memory of their own. @throws UnexpectedValue if some are missing */
  whole(): Uint8Array {
    if (this.missing > 0) throw this.#wrong(`${this.#length}`);
    const whole = new Uint8Array(this.#expected);
    let at = 0;
    for (const piece of this.#pieces.splice(0)) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  #wrong(found: string): UnexpectedValue {
    return new UnexpectedValue(`${this.#what}: expected ${this.#expected} bytes, got ${found}`);
  }
}
