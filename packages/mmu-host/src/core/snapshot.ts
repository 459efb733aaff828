// SPDX-License-Identifier: GPL-2.0-or-later
import type { MmuCounters } from './counters.js';
import type { MmuState } from './mmu-state.js';
import type { Slot, Vcpu } from './slot.js';

/** A slot as plain data. */
export type SlotSnapshot = Pick<
  Slot,
  'topPfn' | 'gpgdir' | 'switcherMapped' | 'lastHostCpu' | 'lastVcpu'
>;

/** What the shadow MMU knows of one vCPU, as plain data. */
export interface ShadowVcpuSnapshot extends Pick<Vcpu, 'linear' | 'started' | 'esp' | 'hasStack'> {
  readonly slot: number;
}

/** A shadow MMU as plain data. The tables themselves are in host memory, and in its snapshot. */
export interface ShadowMmuSnapshot {
  readonly slots: readonly Readonly<SlotSnapshot>[];
  readonly vcpus: readonly Readonly<ShadowVcpuSnapshot>[];
  readonly stackPages: number;
  readonly kernelAddress: number;
  readonly counters: Readonly<MmuCounters>;
  /** The eviction policy's; absent if that has none. */
  readonly eviction?: unknown;
}

export function takeSnapshot(mmu: MmuState): ShadowMmuSnapshot {
  return {
    slots: mmu.slots.map(slotSnapshot),
    vcpus: mmu.vcpus.map(vcpuSnapshot),
    stackPages: mmu.stackPages,
    kernelAddress: mmu.kernelAddress,
    counters: { ...mmu.counters },
    ...(mmu.eviction.snapshot && { eviction: mmu.eviction.snapshot() }),
  };
}

function slotSnapshot(slot: Slot): SlotSnapshot {
  const { topPfn, gpgdir, switcherMapped, lastHostCpu, lastVcpu } = slot;
  return { topPfn, gpgdir, switcherMapped, lastHostCpu, lastVcpu };
}

function vcpuSnapshot(vcpu: Vcpu): ShadowVcpuSnapshot {
  const { linear, started, esp, hasStack } = vcpu;
  return { slot: vcpu.slot.number, linear, started, esp, hasStack };
}

/** @throws RangeError if the snapshot has another number of slots or vCPUs; nothing changes then */
export function restoreSnapshot(mmu: MmuState, snapshot: ShadowMmuSnapshot): void {
  if (snapshot.slots.length !== mmu.slots.length || snapshot.vcpus.length !== mmu.vcpus.length) {
    throw new RangeError(
      `snapshot of ${snapshot.slots.length} slots and ${snapshot.vcpus.length} vCPUs: expected ` +
        `${mmu.slots.length} and ${mmu.vcpus.length}`,
    );
  }
  mmu.slots.forEach((slot, i) => Object.assign(slot, snapshot.slots[i]));
  mmu.vcpus.forEach((vcpu, i) => {
    const saved = snapshot.vcpus[i]!;
    Object.assign(vcpu, saved, { slot: mmu.slots[saved.slot]! });
  });
  mmu.stackPages = snapshot.stackPages;
  mmu.kernelAddress = snapshot.kernelAddress;
  Object.assign(mmu.counters, snapshot.counters);
  mmu.eviction.restore?.(snapshot.eviction);
}
