// SPDX-License-Identifier: GPL-2.0-or-later
import type { GuestVirtual, Pfn } from '@lguest-sim/x86';

/** A table as it was when it was looked at last, so that what has changed since is seen in its bytes. */
export class TableMirror {
  readonly slot: number;
  readonly pfn: Pfn;
  /** Depth from the top, which is 0. */
  readonly depth: number;
  /** First address that the table translates. */
  readonly address: GuestVirtual;
  /** The words, as they were. */
  readonly words: Int32Array;
  /** Of a table of leaves, the owner that each page had when its leaf was found good. */
  readonly owners: Uint8Array;
  /** Tables below, by the word of the entry that leads there. */
  readonly below = new Map<number, TableMirror>();

  constructor(place: Pick<TableMirror, 'slot' | 'pfn' | 'depth' | 'address'>, words: number) {
    this.slot = place.slot;
    this.pfn = place.pfn;
    this.depth = place.depth;
    this.address = place.address;
    this.words = new Int32Array(words);
    this.owners = new Uint8Array(words);
  }
}
