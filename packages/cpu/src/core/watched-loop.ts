// SPDX-License-Identifier: GPL-2.0-or-later
import { Register } from '@lguest-sim/abi';
import { AccessKind, INFO_CONTINUATION, INFO_KIND_MASK, INFO_SIZE_SHIFT } from '@lguest-sim/trace';
import { PAGE_MASK } from '@lguest-sim/x86';
import type { AccessWatcher } from './access-watcher.js';
import { loadBytes, storeBytes } from './data-effects.js';
import type { GuestCode } from './guest-code.js';
import { UserMiss, type Mmu } from './mmu.js';
import { SeenNeed } from './rights.js';

/**
 * Does what `runAccesses` does, with the same outcome in every count, register and byte, and tells a
 * watcher of each load and store. One access is finished before the next begins, so that everything
 * is in its place if the watcher throws; for the price of that, the hot loop has no part of it.
 *
 * @param until clock of this CPU, in cycles, from which on no access starts
 * @returns false if the access at `accesses.position` faulted
 * @throws whatever the watcher throws
 */
export function runWatchedAccesses(
  mmu: Mmu,
  code: GuestCode,
  registers: Int32Array,
  until: number,
  watcher: AccessWatcher,
): boolean {
  const batch = code.accesses;
  batch.packets.writeAll(batch);
  for (; batch.position < batch.limit && mmu.now < until; batch.position++) {
    const address = batch.addresses[batch.position]!;
    const info = batch.info[batch.position]!;
    const slot = slotFor(mmu, code, address, needOf(info));
    if (slot < 0) return false;
    const physical = (mmu.tlb.frames[slot]! | (address & ~PAGE_MASK)) >>> 0;
    const size = info >>> INFO_SIZE_SHIFT;
    const kind = info & INFO_KIND_MASK;
    if (kind === AccessKind.fetch) fetched(mmu, registers, address, info);
    else if (kind === AccessKind.load) load(mmu, code, watcher, { address, size, physical });
    else store(mmu, code, watcher, { address, size, physical });
    mmu.counters.accesses++;
    mmu.pass(mmu.costs.access);
  }
  return true;
}

interface Part {
  readonly address: number;
  readonly size: number;
  readonly physical: number;
}

function needOf(info: number): number {
  switch (info & INFO_KIND_MASK) {
    case AccessKind.fetch:
      return SeenNeed.userFetch;
    case AccessKind.load:
      return SeenNeed.userLoad;
    default:
      return SeenNeed.userStore;
  }
}

/** The TLB slot that answers, its entry brought there if need be; or -1 on a page fault. */
function slotFor(mmu: Mmu, code: GuestCode, address: number, need: number): number {
  const { tlb, counters } = mmu;
  const slot = tlb.slotOf(address);
  const asked = PAGE_MASK | need;
  const answers = ((tlb.tags[slot]! ^ ((address & PAGE_MASK) | need)) & asked) === 0;
  const outcome = answers ? UserMiss.hit : mmu.userMiss(address | 0, need, code);
  if (outcome === UserMiss.fault) return -1;
  if (outcome === UserMiss.hit) counters.tlbHits++;
  return slot;
}

function fetched({ counters }: Mmu, registers: Int32Array, address: number, info: number): void {
  counters.fetches++;
  if ((info & INFO_CONTINUATION) === 0) counters.instructions++;
  registers[Register.eip] = address;
}

function load({ host, counters }: Mmu, code: GuestCode, watcher: AccessWatcher, part: Part): void {
  const { address, size, physical } = part;
  watcher.loaded(address, size, host.bytes, physical);
  counters.loads++;
  code.checksum =
    size === 4 && (address & 3) === 0
      ? (Math.imul(code.checksum, 31) + host.words[physical >>> 2]!) | 0
      : loadBytes(host.bytes, physical, size, code.checksum);
}

function store({ host, counters }: Mmu, code: GuestCode, watcher: AccessWatcher, part: Part): void {
  const { address, size, physical } = part;
  const token = (code.storeToken + 1) | 0;
  watcher.stored(address, size, token);
  counters.stores++;
  code.storeToken = token;
  storeBytes(host.bytes, physical, size, token);
}
