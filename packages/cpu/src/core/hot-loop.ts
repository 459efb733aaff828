// SPDX-License-Identifier: GPL-2.0-or-later
import { Register } from '@lguest-sim/abi';
import { INFO_CONTINUATION, INFO_KIND_MASK } from '@lguest-sim/trace';
import type { AccessBatch } from '@lguest-sim/trace';
import type { GuestCode } from './guest-code.js';
import { UserMiss } from './mmu.js';
import type { Mmu } from './mmu.js';
import { NO_FETCH } from './packet-loop.js';

/**
 * Makes accesses of the running process until one faults, the batch's limit is reached, or the
 * deadline. Most of them are made by `HitLoop`; for one that way 0 of the TLB does not answer, the
 * entry is brought there, and then it is made as any other.
 *
 * An access starts only before the deadline; one that has started completes, its walk included.
 * Moves the clock, `accesses.position`, the checksum, the store token, eip and the counters on.
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
  const batch = code.accesses;
  const { position: first, limit } = batch;
  const { hits } = mmu;
  hits.begin(batch, code.checksum, code.storeToken);
  const { packets } = batch;
  let end = endBefore(mmu, first, limit, until);
  let at = first;
  let walks = 0;
  let lastFetch = NO_FETCH;
  let outcome: UserMiss = UserMiss.hit;
  /** Accesses from here on, up to `at`, are in the batch's arrays. */
  let written = first;
  for (;;) {
    if (packets.any && at === packets.position) {
      const behind = mmu.packets.run(packets, end);
      if (behind > at) {
        const made = mmu.packets.lastFetch;
        lastFetch = made === NO_FETCH ? lastFetchIn(batch, written, at, lastFetch) : made;
        written = behind;
        at = behind;
      }
      if (at >= end) break;
      if (packets.any) packets.writeNext(batch);
    }
    const stop = packets.any ? Math.min(end, packets.position) : end;
    at = hits.run(at, stop);
    if (at >= end) break;
    if (at === stop) continue;
    outcome = mmu.userMiss(batch.addresses[at]! | 0, hits.need, code);
    if (outcome === UserMiss.fault) break;
    if (outcome === UserMiss.filled) {
      walks++;
      end = Math.max(at + 1, endBefore(mmu, first, limit, until));
    }
  }
  batch.position = at;
  code.checksum = hits.checksum;
  code.storeToken = hits.storeToken;
  if (at - first > hits.loads + hits.stores) lastFetch = lastFetchIn(batch, written, at, lastFetch);
  if (lastFetch !== NO_FETCH) registers[Register.eip] = lastFetch;
  count(mmu, at - first, walks);
  return outcome !== UserMiss.fault;
}

/** The position at which the deadline ends this run: reckoned anew whenever a walk took its cycles. */
function endBefore(mmu: Mmu, first: number, limit: number, until: number): number {
  return first + mmu.accessesBefore(until, limit - first);
}

/** Address of the last fetch that is in the batch's arrays from `start` on and before `end`, or else `none`. */
function lastFetchIn(batch: AccessBatch, start: number, end: number, none: number): number {
  const { addresses, info } = batch;
  for (let at = end - 1; at >= start; at--) {
    if ((info[at]! & INFO_KIND_MASK) === 0) return addresses[at]! | 0;
  }
  return none;
}

/** Enters a run's completed accesses in the counters, and lets their cycles pass. */
function count(mmu: Mmu, accesses: number, walks: number): void {
  const { counters, hits } = mmu;
  const fetches = accesses - hits.loads - hits.stores;
  counters.accesses += accesses;
  counters.fetches += fetches;
  counters.loads += hits.loads;
  counters.stores += hits.stores;
  counters.instructions += fetches - hits.continued / INFO_CONTINUATION;
  counters.tlbHits += accesses - walks;
  mmu.pass(accesses * mmu.costs.access);
}
