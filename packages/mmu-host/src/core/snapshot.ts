// SPDX-License-Identifier: GPL-2.0-or-later
import type { MmuCounters } from './counters.js';
import type { MmuState } from './mmu-state.js';
import type { Slot, Vcpu } from './slot.js';

/** A slot as plain data. */
export interface SlotSnapshot {
  /** Host page number of the top table; 0 for a slot that was never used. */
  readonly topPfn: number;
  /** Guest top level that it shadows: a guest-physical address in bytes, signed. */
  readonly gpgdir: number;
  /** Whether the Switcher’s path and text leaf are believed to be there. */
  readonly switcherMapped: boolean;
  /** Host CPU whose two Switcher leaves are there, -1 if that is not known. */
  readonly lastHostCpu: number;
  /** vCPU whose regs page is mapped for `lastHostCpu`, -1 if none ever was. */
  readonly lastVcpu: number;
}

/** What the shadow MMU knows of one vCPU, as plain data. */
export interface ShadowVcpuSnapshot {
  /** Number of the slot that it is on. */
  readonly slot: number;
  /** Whether its memory is still mapped one to one. */
  readonly linear: boolean;
  /** Whether it has chosen its table, and so may be running on it. */
  readonly started: boolean;
  /** Top of its ring 1 stack: a virtual address in bytes, signed. */
  readonly esp: number;
  /** Whether the guest has ever said where its stack is. */
  readonly hasStack: boolean;
}

/** A shadow MMU as plain data. The tables themselves are in host memory, and in its snapshot. */
export interface ShadowMmuSnapshot {
  /** The slots, by number. */
  readonly slots: readonly SlotSnapshot[];
  /** The vCPUs, by number. */
  readonly vcpus: readonly ShadowVcpuSnapshot[];
  /** Pages of the guest kernel’s stack, 0 to 2. */
  readonly stackPages: number;
  /** First address of the guest kernel, in bytes, signed. */
  readonly kernelAddress: number;
  /** What was counted so far. */
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
