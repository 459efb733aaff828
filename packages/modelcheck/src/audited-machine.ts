// SPDX-License-Identifier: GPL-2.0-or-later
import {
  AuditedMmu,
  type AuditedCpu,
  type AuditedGuest,
  type AuditedHost,
} from '@lguest-sim/audit';
import type { GuestVirtual, Pfn } from '@lguest-sim/x86';
import type { SmallMachine } from './small-machine.js';

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
    guests: [new ModelGuest(machine)],
  };
}

/** The guest has memory and a shadow MMU, but neither a hypervisor nor a state page. */
class ModelGuest extends AuditedMmu implements AuditedGuest {
  readonly memory: AuditedGuest['memory'];
  readonly registersFrame: Pfn;
  readonly restarts = false;
  readonly dataAddress = -1;
  readonly idt = new Int32Array(0);
  readonly gdt = new Int32Array(0);
  readonly ss1 = 0;
  private readonly machine: SmallMachine;

  constructor(machine: SmallMachine) {
    super(machine.mmu);
    this.machine = machine;
    this.memory = machine.memory;
    this.registersFrame = machine.registersFrame;
  }

  get esp1(): GuestVirtual {
    return this.esp;
  }

  get death(): string | null {
    return this.machine.death;
  }
}
