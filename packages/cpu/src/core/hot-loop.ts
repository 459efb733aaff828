// SPDX-License-Identifier: GPL-2.0-or-later
import { Register } from '@lguest-sim/abi';
import { INFO_CONTINUATION, INFO_KIND_MASK } from '@lguest-sim/trace';
import type { AccessBatch } from '@lguest-sim/trace';
import type { GuestCode } from './guest-code.js';
import { UserMiss } from './mmu.js';
import type { Mmu } from './mmu.js';

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
  let end = endBefore(mmu, first, limit, until);
  let at = first;
  let walks = 0;
  let outcome: UserMiss = UserMiss.hit;
  for (;;) {
    at = hits.run(at, end);
    if (at >= end) break;
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
  keepEip(batch, first, registers);
  count(mmu, at - first, walks);
  return outcome !== UserMiss.fault;
}

/** The position at which the deadline ends this run: reckoned anew whenever a walk took its cycles. */
function endBefore(mmu: Mmu, first: number, limit: number, until: number): number {
  return Math.min(limit, first + mmu.accessesBefore(until)) | 0;
}

/** Sets eip to the address of the last fetch before the batch's position, if there was one. */
function keepEip(batch: AccessBatch, first: number, registers: Int32Array): void {
  const { addresses, info } = batch;
  for (let at = batch.position - 1; at >= first; at--) {
    if ((info[at]! & INFO_KIND_MASK) === 0) {
      registers[Register.eip] = addresses[at]!;
      return;
    }
  }
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
