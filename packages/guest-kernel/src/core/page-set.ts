// SPDX-License-Identifier: GPL-2.0-or-later

const CHUNK_SHIFT = 10;
const CHUNKS = 1 << (20 - CHUNK_SHIFT);
const CHUNK_WORDS = (1 << CHUNK_SHIFT) / 32;

/** A set of page numbers as plain data: for each chunk of 1024 pages in use, its bits. */
export type PageSetSnapshot = readonly (readonly [chunk: number, bits: Uint32Array])[];

/**
 * A set of virtual page numbers (20 bits). One bit a page, in chunks of 1024 pages (what a two-level
 * directory entry maps) that exist once they are needed.
 */
export class PageSet {
  #size = 0;
  readonly #chunks: (Uint32Array | undefined)[] = new Array<Uint32Array | undefined>(CHUNKS).fill(
    undefined,
  );

  /** Pages in the set. */
  get size(): number {
    return this.#size;
  }

  /** Puts a page in. Called for every page walk of a user-mode access, so it is short. */
  add(vpn: number): void {
    const chunk = (this.#chunks[vpn >>> CHUNK_SHIFT] ??= new Uint32Array(CHUNK_WORDS));
    const word = (vpn >>> 5) & (CHUNK_WORDS - 1);
    const bit = 1 << (vpn & 31);
    if ((chunk[word]! & bit) !== 0) return;
    chunk[word]! |= bit;
    this.#size++;
  }

  has(vpn: number): boolean {
    const word = this.#chunks[vpn >>> CHUNK_SHIFT]?.[(vpn >>> 5) & (CHUNK_WORDS - 1)] ?? 0;
    return ((word >>> (vpn & 31)) & 1) === 1;
  }

  snapshot(): PageSetSnapshot {
    const chunks: [number, Uint32Array][] = [];
    this.#chunks.forEach((bits, chunk) => {
      if (bits !== undefined) chunks.push([chunk, bits.slice()]);
    });
    return chunks;
  }

  restore(snapshot: PageSetSnapshot): void {
    this.#chunks.fill(undefined);
    this.#size = 0;
    for (const [chunk, bits] of snapshot) {
      this.#chunks[chunk] = bits.slice();
      for (const word of bits) this.#size += countBits(word);
    }
  }
}

function countBits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest = (rest & (rest - 1)) >>> 0) count++;
  return count;
}
