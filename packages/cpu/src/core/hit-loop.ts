// SPDX-License-Identifier: GPL-2.0-or-later
import type {
  AccessBatch,
  AccessKind,
  INFO_CONTINUATION,
  INFO_KIND_MASK,
  INFO_SIZE_SHIFT,
} from '@lguest-sim/trace';
import type { HostMemory } from '@lguest-sim/x86';
import { loadBytes, storeBytes } from './data-effects.js';
import type { SeenNeed } from './rights.js';
import type { Tlb } from './tlb.js';

/**
 * Makes accesses of the running process while way 0 of their set in the TLB answers them. This is
 * where a simulation spends its time.
 *
 * How it is kept fast, all of it measured (`bench/hot-loop.mjs`, and short runs for how soon it is):
 * - it calls nothing but what moves odd bytes, so an engine has it compiled after some milliseconds,
 *   and what it works on are plain arrays and numbers, so that it stays compiled;
 * - the numbers it works with are literals, as an engine folds a local literal into its code but
 *   loads an imported constant in every turn; their types keep them what they stand for;
 * - a fetch from the page of the fetch before it, as nine in ten are, needs no look-up: nothing can
 *   have moved that page from way 0 of its set but a slow path, which is not in here;
 * - each kind has its own path, so that what it needs of an entry is a constant too;
 * - what can be found out afterwards (eip, fetches, hits) is.
 */
export class HitLoop {
  /** Of loads, see `GuestCode.checksum`. */
  checksum = 0;
  /** Of stores, see `GuestCode.storeToken`. */
  storeToken = 0;
  /** Loads and stores made since `begin`, parts of fetches in a second page, times INFO_CONTINUATION. */
  loads = 0;
  stores = 0;
  continued = 0;
  /** What the access that way 0 did not answer needs of an entry. */
  need = 0;
  private addresses: Uint32Array = new Uint32Array(0);
  private info: Uint16Array = new Uint16Array(0);
  private readonly tags: Int32Array;
  private readonly frames: Int32Array;
  private readonly slotShift: number;
  private readonly slotMask: number;
  private readonly host: HostMemory;

  constructor(tlb: Tlb, host: HostMemory) {
    this.tags = tlb.tags;
    this.frames = tlb.frames;
    this.slotShift = tlb.slotShift;
    this.slotMask = tlb.slotMask;
    this.host = host;
  }

  /** Starts with the accesses of a batch. */
  begin(batch: AccessBatch, checksum: number, storeToken: number): void {
    this.addresses = batch.addresses;
    this.info = batch.info;
    this.checksum = checksum;
    this.storeToken = storeToken;
    this.loads = 0;
    this.stores = 0;
    this.continued = 0;
  }

  /**
   * Makes the accesses from `at` up to `end`, or the first that way 0 does not answer.
   * @returns the position of that access, then see `need`; or `end`
   */
  run(at: number, end: number): number {
    const pageMask = -4096;
    const inPage = 4095;
    const noPage = 1;
    const kindMask: typeof INFO_KIND_MASK = 3;
    const continuation: typeof INFO_CONTINUATION = 4;
    const sizeShift: typeof INFO_SIZE_SHIFT = 3;
    const fetch: typeof AccessKind.fetch = 0;
    const load: typeof AccessKind.load = 1;
    const wordLoad = 0x21;
    const wordStore = 0x22;
    const needFetch: typeof SeenNeed.userFetch = 0x02d;
    const needLoad: typeof SeenNeed.userLoad = 0x025;
    const needStore: typeof SeenNeed.userStore = 0x067;

    const { addresses, info, tags, frames, slotShift, slotMask } = this;
    const { words, bytes } = this.host;
    let checksum = this.checksum | 0;
    let token = this.storeToken | 0;
    let loads = 0;
    let stores = 0;
    let continued = 0;
    let fetchPage = noPage;
    for (; at < end; at++) {
      const address = addresses[at]! | 0;
      const part = info[at]!;
      const kind = part & kindMask;
      const page = address & pageMask;
      if (kind === fetch) {
        // The second part of a fetch is never in the page of the first, so it is counted below.
        if (page === fetchPage) continue;
        const slot = (address >>> slotShift) & slotMask;
        if (((tags[slot]! ^ (page | needFetch)) & (pageMask | needFetch)) !== 0) {
          this.need = needFetch;
          break;
        }
        fetchPage = page;
        continued += part & continuation;
      } else if (kind === load) {
        const slot = (address >>> slotShift) & slotMask;
        if (((tags[slot]! ^ (page | needLoad)) & (pageMask | needLoad)) !== 0) {
          this.need = needLoad;
          break;
        }
        const physical = frames[slot]! | (address & inPage);
        loads++;
        if (part === wordLoad && (address & 3) === 0) {
          checksum = (Math.imul(checksum, 31) + words[physical >>> 2]!) | 0;
        } else {
          checksum = loadBytes(bytes, physical >>> 0, part >>> sizeShift, checksum);
        }
      } else {
        const slot = (address >>> slotShift) & slotMask;
        if (((tags[slot]! ^ (page | needStore)) & (pageMask | needStore)) !== 0) {
          this.need = needStore;
          break;
        }
        const physical = frames[slot]! | (address & inPage);
        stores++;
        token = (token + 1) | 0;
        if (part === wordStore && (address & 3) === 0) words[physical >>> 2] = token;
        else storeBytes(bytes, physical >>> 0, part >>> sizeShift, token);
      }
    }
    this.checksum = checksum;
    this.storeToken = token;
    this.loads += loads;
    this.stores += stores;
    this.continued += continued;
    return at;
  }
}
