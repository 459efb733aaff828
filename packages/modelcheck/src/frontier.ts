// SPDX-License-Identifier: GPL-2.0-or-later
import type { PackedState } from './saved-state.js';
import type { WordList } from './word-list.js';

/** Words in one piece of storage. */
const PIECE = 2 ** 20;

/**
 * States that wait for what comes next, first in, first out. What has been taken out is given back
 * piece by piece.
 */
export class Frontier {
  length = 0;
  private readonly pieces: Int32Array[] = [];
  /** Words written in the last piece, and read of the first. */
  private written = PIECE;
  private read = 0;

  push(state: WordList): void {
    const needed = state.length + 1;
    if (this.written + needed > PIECE) this.addPiece(needed);
    const piece = this.pieces[this.pieces.length - 1]!;
    piece[this.written] = state.length;
    piece.set(state.words.subarray(0, state.length), this.written + 1);
    this.written += needed;
    this.length++;
  }

  /** Takes the state out that has been there longest. */
  shift(): PackedState | undefined {
    if (this.length === 0) return undefined;
    const [piece] = this.pieces;
    const size = piece![this.read]!;
    // A zero is where a piece ends before its last word.
    if (this.read >= piece!.length || size === 0) {
      this.pieces.shift();
      this.read = 0;
      return this.shift();
    }
    this.length--;
    const start = this.read + 1;
    this.read = start + size;
    return piece!.subarray(start, start + size);
  }

  private addPiece(needed: number): void {
    this.pieces.push(new Int32Array(Math.max(PIECE, needed)));
    this.written = 0;
  }
}
