// SPDX-License-Identifier: GPL-2.0-or-later
import type { AccessKind, INFO_SIZE_SHIFT, MODIFY_BIT, PacketContents } from '@lguest-sim/trace';
import type { AccessPackets } from '@lguest-sim/trace';
import type { HostMemory } from '@lguest-sim/x86';
import { loadBytes, storeBytes } from './data-effects.js';
import type { HitLoop } from './hit-loop.js';
import { SeenNeed } from './rights.js';
import type { Tlb } from './tlb.js';

/** No address of a fetch. */
export const NO_FETCH = -1;

/** Pages that a packet may use, and access kinds, a modify being one. */
const MOST_PAGES = 16;
const KINDS = 4;

/** In place of a frame, which is a multiple of 4096: the packet did not announce that. */
const NOT_ANNOUNCED = 1;

/** By the uses of a page (`PageUse`): what its TLB entry has to grant, all of them together. */
const NEEDS = Int32Array.from({ length: 8 }, (_, uses) => {
  const fetch = uses & 1 ? SeenNeed.userFetch : 0;
  const load = uses & 2 ? SeenNeed.userLoad : 0;
  return fetch | load | (uses & 4 ? SeenNeed.userStore : 0);
});

/**
 * Makes accesses of the running process a packet at a time, where the TLB answers all of them.
 *
 * Once every page of a packet has an entry that grants what the packet needs, none of its accesses
 * can miss, and what they do to the order of a set's ways depends on nothing but the order in which
 * the pages are used for the last time. So it is enough to move each to the front in that order, and
 * then to make the loads and stores. A fetch does nothing else. The outcome is that of `HitLoop`
 * to the last bit; `packets.test.ts` holds it against that.
 */
export class PacketLoop {
  /** Address of the last fetch that `run` made, signed, or NO_FETCH. */
  lastFetch = NO_FETCH;
  private readonly hits: HitLoop;
  private readonly tlb: Tlb;
  private readonly host: HostMemory;
  /** By kind and page of the packet at hand: host-physical address of the page, or NOT_ANNOUNCED. */
  private readonly frames = new Int32Array(KINDS * MOST_PAGES).fill(NOT_ANNOUNCED);
  /** Pages of the packet before. */
  private pagesBefore = 0;

  constructor(hits: HitLoop, tlb: Tlb, host: HostMemory) {
    this.hits = hits;
    this.tlb = tlb;
    this.host = host;
  }

  /**
   * Makes packets until one does not end by `end`, is odd, or is not answered by the TLB.
   * @returns the position behind the last one
   * @throws TraceError for a packet that is not as it announces
   */
  run(packets: AccessPackets, end: number): number {
    this.lastFetch = NO_FETCH;
    // With another replacement than LRU, the order of all hits matters, and not the last ones alone.
    if (!this.tlb.isLru) return packets.position;
    const contents = packets.contents!;
    const { accesses, continued } = contents;
    const { last } = packets;
    const first = packets.next;
    let at = packets.position;
    let packet = first;
    let parts = 0;
    for (; packet < last; packet++) {
      const behind = at + accesses[packet]!;
      if (behind > end || contents.isOdd(packet) || !this.answers(contents, packet)) break;
      this.make(contents, packet);
      parts += continued[packet]!;
      at = behind;
    }
    this.hits.continued += parts << 2;
    packets.next = packet;
    packets.position = at;
    while (this.lastFetch === NO_FETCH && --packet >= first) {
      this.lastFetch = contents.lastFetch(packet);
    }
    return at;
  }

  /** Looks all pages of a packet up; if all are there, moves them to the front. */
  private answers(contents: PacketContents, packet: number): boolean {
    const pageMask = -4096;
    const { firstPage, pages, pageAddresses } = contents;
    const { tags, frames, slotShift, slotMask } = this.tlb;
    const needs = NEEDS;
    const found = this.frames;
    const start = firstPage[packet]!;
    const count = (firstPage[packet + 1]! - start) | 0;
    let inFront = true;
    for (let index = 0; index < count; index++) {
      const entry = pages[start + index]!;
      const need = needs[entry & 7]!;
      const page = pageAddresses[entry >>> 3]!;
      const mask = pageMask | need;
      let slot = (page >>> slotShift) & slotMask;
      if (((tags[slot]! ^ (page | need)) & mask) !== 0) {
        slot = this.tlb.find(slot, page | need, mask);
        if (slot < 0) return false;
        inFront = false;
      }
      const frame = frames[slot]!;
      found[0x10 | index] = entry & 2 ? frame : NOT_ANNOUNCED;
      found[0x20 | index] = entry & 4 ? frame : NOT_ANNOUNCED;
      found[0x30 | index] = (entry & 6) === 6 ? frame : NOT_ANNOUNCED;
    }
    for (let index = count; index < this.pagesBefore; index++) {
      found[0x10 | index] = found[0x20 | index] = found[0x30 | index] = NOT_ANNOUNCED;
    }
    this.pagesBefore = count;
    if (!inFront) this.moveToFront(contents, start, count);
    return true;
  }

  private moveToFront(contents: PacketContents, start: number, count: number): void {
    const { pages, pageAddresses } = contents;
    for (let index = 0; index < count; index++) {
      const entry = pages[start + index]!;
      this.tlb.lookUp(pageAddresses[entry >>> 3]!, NEEDS[entry & 7]!);
    }
  }

  /** Makes the loads and stores of a packet, whose pages were found. */
  private make(contents: PacketContents, packet: number): void {
    const modify: typeof MODIFY_BIT = 4;
    const sizeShift: typeof INFO_SIZE_SHIFT = 3;
    const store: typeof AccessKind.store = 2;
    const kindMask = 3;
    const wordLoad = 0x21;
    const wordStore = 0x22;

    const { firstData, firstPlace, ops, places, infos } = contents;
    const { words, bytes } = this.host;
    const { frames, hits } = this;
    const start = firstData[packet]!;
    const count = (firstData[packet + 1]! - start) | 0;
    const startPlace = firstPlace[packet]!;
    let checksum = hits.checksum | 0;
    let token = hits.storeToken | 0;
    let stores = 0;
    let modifies = 0;
    for (let index = 0; index < count; index++) {
      const op = ops[start + index]!;
      const place = places[startPlace + index]!;
      const info = infos[op]!;
      const frame = frames[((op >>> 2) & 0x30) | (place >>> 12)]!;
      if (frame === NOT_ANNOUNCED) contents.refuse();
      const physical = frame | (place & 4095);
      if ((place & 3) === 0 && info === wordLoad) {
        checksum = (Math.imul(checksum, 31) + words[physical >>> 2]!) | 0;
        continue;
      }
      if ((place & 3) === 0 && info === wordStore) {
        stores++;
        token = (token + 1) | 0;
        words[physical >>> 2] = token;
        continue;
      }
      const size = info >>> sizeShift;
      if (size === 0 || (place & 4095) + size > 4096) contents.refuse();
      if ((info & kindMask) !== store) {
        // Of a modify, the word is taken as of any load.
        checksum =
          size === 4 && (place & 3) === 0
            ? (Math.imul(checksum, 31) + words[physical >>> 2]!) | 0
            : loadBytes(bytes, physical >>> 0, size, checksum);
        if ((info & modify) === 0) continue;
        modifies++;
      }
      stores++;
      token = (token + 1) | 0;
      storeBytes(bytes, physical >>> 0, size, token);
    }
    if (modifies !== contents.modifies[packet]) contents.refuse();
    hits.checksum = checksum;
    hits.storeToken = token;
    hits.stores += stores;
    hits.loads += count - stores + modifies;
  }
}
