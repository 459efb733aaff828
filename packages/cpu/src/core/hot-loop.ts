// SPDX-License-Identifier: GPL-2.0-or-later
import { Register } from '@lguest-sim/abi';
import type {
  AccessBatch,
  AccessKind,
  INFO_CONTINUATION,
  INFO_KIND_MASK,
  INFO_SIZE_SHIFT,
} from '@lguest-sim/trace';
import { loadBytes, storeBytes } from './data-effects.js';
import type { GuestCode } from './guest-code.js';
import type { Mmu, UserMiss } from './mmu.js';
import type { SeenNeed } from './rights.js';

/**
 * Makes accesses of the running process until one faults, the batch's limit is reached, or the
 * deadline. This is where a simulation spends its time.
 *
 * An access starts only before the deadline; one that has started completes, its walk included.
 * Moves the clock, `accesses.position`, the checksum, the store token, eip and the counters on.
 *
 * How it is kept fast, all of it measured (`bench/hot-loop.mjs`):
 * - the numbers it works with are literals, as an engine folds a local literal into its code but
 *   loads an imported constant in every turn; their types keep them what they stand for;
 * - a fetch from the page of the fetch before it, as nine in ten are, needs no look-up: nothing can
 *   have moved that page from way 0 of its set but a slow path, and each of those forgets it;
 * - each kind has its own path, so that what it needs of an entry is a constant too;
 * - what is rare is one call, and what can be found out afterwards (eip, fetches, hits) is.
 *
 * @param until clock of this CPU, in cycles, from which on no access starts
 * @returns false if the access at `accesses.position` faulted
 */
export function runAccesses(
  mmu: Mmu,
  code: GuestCode,
  registers: Int32Array,
  until: number,
): boolean {
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
  const fault: typeof UserMiss.fault = 0;
  const hit: typeof UserMiss.hit = 1;
  const filled: typeof UserMiss.filled = 2;

  const batch = code.accesses;
  const { addresses, info, position: first, limit } = batch;
  const { tags, frames, slotShift, slotMask } = mmu.tlb;
  const { words, bytes } = mmu.host;
  let end = endBefore(mmu, first, limit, until);
  let checksum = code.checksum | 0;
  let token = code.storeToken | 0;
  let loads = 0;
  let stores = 0;
  let continued = 0;
  let walks = 0;
  let need = 0;
  let outcome: UserMiss = hit;
  let fetchPage = noPage;
  let at = first;
  for (;;) {
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
          need = needFetch;
          break;
        }
        fetchPage = page;
        continued += part & continuation;
      } else if (kind === load) {
        const slot = (address >>> slotShift) & slotMask;
        if (((tags[slot]! ^ (page | needLoad)) & (pageMask | needLoad)) !== 0) {
          need = needLoad;
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
          need = needStore;
          break;
        }
        const physical = frames[slot]! | (address & inPage);
        stores++;
        token = (token + 1) | 0;
        if (part === wordStore && (address & 3) === 0) words[physical >>> 2] = token;
        else storeBytes(bytes, physical >>> 0, part >>> sizeShift, token);
      }
    }
    if (at >= end) break;
    // Way 0 has no answer. Afterwards it has, and the access is made above as any other.
    outcome = mmu.userMiss(addresses[at]! | 0, need, code);
    if (outcome === fault) break;
    fetchPage = noPage;
    if (outcome === filled) {
      walks++;
      end = Math.max(at + 1, endBefore(mmu, first, limit, until));
    }
  }
  batch.position = at;
  code.checksum = checksum;
  code.storeToken = token;
  keepEip(batch, first, registers);
  count(mmu, at - first, loads, stores, continued / continuation, walks);
  return outcome !== fault;
}

/** The position at which the deadline ends this run: reckoned anew whenever a walk took its cycles. */
function endBefore(mmu: Mmu, first: number, limit: number, until: number): number {
  return Math.min(limit, first + mmu.accessesBefore(until)) | 0;
}

/** Sets eip to the address of the last fetch before the batch's position, if there was one. */
function keepEip(batch: AccessBatch, first: number, registers: Int32Array): void {
  const kindMask: typeof INFO_KIND_MASK = 3;
  const { addresses, info } = batch;
  for (let at = batch.position - 1; at >= first; at--) {
    if ((info[at]! & kindMask) === 0) {
      registers[Register.eip] = addresses[at]!;
      return;
    }
  }
}

/** Enters a run's completed accesses in the counters, and lets their cycles pass. */
function count(
  mmu: Mmu,
  accesses: number,
  loads: number,
  stores: number,
  continued: number,
  walks: number,
): void {
  const { counters } = mmu;
  const fetches = accesses - loads - stores;
  counters.accesses += accesses;
  counters.fetches += fetches;
  counters.loads += loads;
  counters.stores += stores;
  counters.instructions += fetches - continued;
  counters.tlbHits += accesses - walks;
  mmu.pass(accesses * mmu.costs.access);
}
