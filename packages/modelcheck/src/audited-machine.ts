// SPDX-License-Identifier: GPL-2.0-or-later
import type { AuditedCpu, AuditedGuest, AuditedHost } from '@lguest-sim/audit';
import type { SmallMachine } from './small-machine.js';

const VCPU = 0;

/** No guest code runs between two operations, so there is nothing in a TLB to look at. */
const idleCpu: AuditedCpu = { inGuest: false, guest: -1, cr3: 0, translations: () => [] };

/** A small machine in the words of the audit. */
export function auditedMachine(machine: SmallMachine): AuditedHost {
  const { host, format, layout, switcherPages } = machine;
  return {
    memory: host,
    format,
    layout,
    text: switcherPages.text,
    state: (cpu) => switcherPages.state(cpu),
    cpus: Array.from({ length: layout.hostCpus }, () => idleCpu),
    guests: [auditedGuest(machine)],
  };
}

function auditedGuest(machine: SmallMachine): AuditedGuest {
  const { memory, mmu, registersFrame } = machine;
  return {
    memory,
    slots: mmu.slots,
    registersFrame,
    restarts: false,
    dataAddress: -1,
    idt: new Int32Array(0),
    gdt: new Int32Array(0),
    ss1: 0,
    get slot() {
      return mmu.vcpu(VCPU).slot;
    },
    get linear() {
      return mmu.vcpu(VCPU).linear;
    },
    get esp() {
      return mmu.vcpu(VCPU).esp;
    },
    get esp1() {
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
      return machine.death;
    },
  };
}
