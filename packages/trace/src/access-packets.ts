// SPDX-License-Identifier: GPL-2.0-or-later
import type { AccessBatch } from './access-batch.js';

/** What a packet does with a page: the low bits of its entry in `PacketContents.pages`. */
export const PageUse = { fetch: 1, load: 2, store: 4 } as const;

/** Bits of `PageUse`; the page's number is above them. */
export const PAGE_USE_BITS = 3;

/**
 * What is in packets, as who executes accesses looks at it. A **packet** is up to 128 accesses on up to
 * 16 pages, of which it is known beforehand which pages they are, and in which order each is used for
 * the last time: so all of them can be looked up at once.
 *
 *     firstPage[p] .. firstPage[p + 1]    pages    | page's number 13 bits | PageUse 3 bits |
 *     firstData[p] .. firstData[p + 1]    ops      | kind 2 bits | size's code 6 bits |
 *                                         places   | page of the packet 4 bits | offset 12 bits |
 *
 * Fetches have no effect but on the TLB, so they are not told of one by one.
 */
export interface PacketContents {
  /** By packet, where in `pages` its own begin; the next packet's begin behind them. */
  readonly firstPage: Int32Array;
  /** Pages, of each packet in the order of their last use. */
  readonly pages: Uint16Array;
  /** By a page's number: its guest-virtual address, signed. */
  readonly pageAddresses: Int32Array;
  /** By packet, where in `ops` its loads, stores and modifies begin. */
  readonly firstData: Int32Array;
  /** By packet, where in `places` they begin. */
  readonly firstPlace: Int32Array;
  /** Loads, stores and modifies: kind and size. */
  readonly ops: Uint8Array;
  /** Where each of them is: page of the packet, and offset in it. */
  readonly places: Uint16Array;
  /** By packet: accesses. */
  readonly accesses: Uint16Array;
  /** By packet: fetches among them that are the second part of one. */
  readonly continued: Uint8Array;
  /** By packet: modifies among its data. */
  readonly modifies: Uint8Array;
  /** By op: kind and size as in an info word; a modify is a load with `MODIFY_BIT`. */
  readonly infos: Uint16Array;
  /** Whether a packet's data are to be had from `write` alone. */
  isOdd(packet: number): boolean;
  /** Address of a packet's last fetch (of its second part, if it has one), signed; -1 if it has none. */
  lastFetch(packet: number): number;
  /**
   * Says that a packet's data are not as announced: a load or store of a page without that use, in two
   * pages, or more or fewer modifies than its accesses tell.
   * @throws TraceError
   */
  refuse(): never;
  /** Writes a packet's accesses into a batch, at the places they have there; returns what is behind. */
  write(packet: number, batch: AccessBatch, at: number): number;
}

/** In `PacketContents.infos`: a load that is followed by a store to the same place. */
export const MODIFY_BIT = 0b100;

/**
 * Accesses of a batch that are not written out: those from `position` to `end`, which are the packets
 * from `next` to `last` of `contents`. Who has executed a packet passes over it; what can do
 * nothing with packets has them written out.
 */
export class AccessPackets {
  /** What is in them. */
  contents: PacketContents | undefined;
  /** The packet that begins at `position`; none if it is `last`. */
  next = 0;
  /** The first packet behind them. */
  last = 0;
  /** Where they begin in the batch. */
  position = 0;
  /** Where they end in it. */
  end = 0;

  /** Whether any is left. */
  get any(): boolean {
    return this.next < this.last;
  }

  /** Forgets them. */
  clear(): void {
    this.contents = undefined;
    this.next = 0;
    this.last = 0;
    this.position = 0;
    this.end = 0;
  }

  /** Adds a packet at the end of a batch. If there are any already, it has to follow on them. */
  defer(contents: PacketContents, packet: number, batch: AccessBatch): void {
    if (!this.any) {
      this.contents = contents;
      this.next = packet;
      this.position = batch.length;
    }
    this.last = packet + 1;
    batch.length += contents.accesses[packet]!;
    this.end = batch.length;
  }

  /** Writes the next packet out. */
  writeNext(batch: AccessBatch): void {
    this.position = this.contents!.write(this.next, batch, this.position);
    this.next++;
  }

  /** Writes out all that are left. */
  writeAll(batch: AccessBatch): void {
    while (this.any) this.writeNext(batch);
  }
}
