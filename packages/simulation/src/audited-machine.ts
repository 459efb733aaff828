// SPDX-License-Identifier: GPL-2.0-or-later
import {
  AuditedMmu,
  type AuditedCpu,
  type AuditedGuest,
  type AuditedTranslation,
} from '@lguest-sim/audit';
import { Right, type CpuActor } from '@lguest-sim/cpu';
import { PAGE_MASK, type GuestPhysical, type GuestVirtual, type Pfn } from '@lguest-sim/x86';
import type { GuestMachine } from './guest-machine.js';

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
export class SimulatedGuest extends AuditedMmu implements AuditedGuest {
  readonly memory: AuditedGuest['memory'];
  readonly idt: Int32Array;
  readonly gdt: Int32Array;
  private readonly vcpu: GuestMachine['vcpu'];

  constructor({ memory, mmu, vcpu }: GuestMachine) {
    super(mmu);
    this.vcpu = vcpu;
    this.memory = memory;
    this.idt = vcpu.state.idt;
    this.gdt = vcpu.state.gdt;
  }

  get death(): string | null {
    const { guest } = this.vcpu;
    return guest.dead ? (guest.reason ?? '') : null;
  }

  get restarts(): boolean {
    return this.vcpu.guest.end === 'restart';
  }

  get dataAddress(): GuestPhysical {
    return this.vcpu.guest.dataAddress;
  }

  get registersFrame(): Pfn {
    return this.vcpu.state.registersFrame;
  }

  get esp1(): GuestVirtual {
    return this.vcpu.state.esp1;
  }

  get ss1(): number {
    return this.vcpu.state.ss1;
  }
}
