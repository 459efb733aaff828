// SPDX-License-Identifier: GPL-2.0-or-later
import type { AuditedCpu, AuditedGuest, AuditedTranslation } from '@lguest-sim/audit';
import { Right, type CpuActor } from '@lguest-sim/cpu';
import { PAGE_MASK } from '@lguest-sim/x86';
import type { GuestMachine } from './guest-machine.js';

const VCPU = 0;

/** A host CPU in the words of the audit. */
export function auditedCpu(cpu: CpuActor): AuditedCpu {
  return {
    get inGuest() {
      return cpu.state === 'guest';
    },
    get guest() {
      return cpu.guest;
    },
    get cr3() {
      return cpu.core.cr3;
    },
    translations: () => translationsOf(cpu),
  };
}

function translationsOf({ core }: CpuActor): readonly AuditedTranslation[] {
  const { tags, frames } = core.mmu.tlb;
  const found: AuditedTranslation[] = [];
  for (let i = 0; i < tags.length; i++) {
    const tag = tags[i]!;
    if ((tag & Right.present) === 0) continue;
    found.push({
      address: (tag & PAGE_MASK) >>> 0,
      frame: frames[i]! >>> 0,
      writable: (tag & Right.writable) !== 0,
      user: (tag & Right.user) !== 0,
    });
  }
  return found;
}

/** A guest in the words of the audit. */
export function auditedGuest({ memory, mmu, vcpu }: GuestMachine): AuditedGuest {
  const { guest, state } = vcpu;
  return {
    memory,
    slots: mmu.slots,
    idt: state.idt,
    gdt: state.gdt,
    get slot() {
      return mmu.vcpu(VCPU).slot;
    },
    get linear() {
      return mmu.vcpu(VCPU).linear;
    },
    get esp() {
      return mmu.vcpu(VCPU).esp;
    },
    get kernelAddress() {
      return mmu.kernelAddress;
    },
    get stackPages() {
      return mmu.stackPages;
    },
    get tables() {
      return mmu.counters.tablesAllocated - mmu.counters.tablesFreed;
    },
    get death() {
      return guest.dead ? (guest.reason ?? '') : null;
    },
    get restarts() {
      return guest.end === 'restart';
    },
    get dataAddress() {
      return guest.dataAddress;
    },
    get registersFrame() {
      return state.registersFrame;
    },
    get esp1() {
      return state.esp1;
    },
    get ss1() {
      return state.ss1;
    },
  };
}
