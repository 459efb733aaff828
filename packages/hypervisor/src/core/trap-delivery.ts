// SPDX-License-Identifier: GPL-2.0-or-later
import {
  GUEST_PRIVILEGE,
  GateType,
  GuestData,
  IDT_ENTRIES,
  INTERRUPT_FLAG,
  Register,
  Selector,
  TRAP_CLEARED_FLAGS,
  gateHandler,
  gatePresent,
  gateType,
  privilegeOf,
} from '@lguest-sim/abi';
import { pushesErrorCode, type GuestPhysical } from '@lguest-sim/x86';
import { UNREADABLE, type GuestAccess } from './guest-access.js';
import type { GuestHost } from './guest-host.js';
import type { GuestTranslator } from './interfaces.js';
import type { RegistersPage } from './registers-page.js';
import type { VcpuState } from './vcpu-state.js';

/**
 * Makes a guest run its handler for a trap or an interrupt, by doing with the saved registers and
 * the guest's stack what the CPU would do with real ones.
 */
export class TrapDelivery {
  private readonly state: VcpuState;
  private readonly guest: GuestHost;
  private readonly access: GuestAccess;
  private readonly registers: RegistersPage;
  private readonly translator: GuestTranslator;

  constructor(options: {
    state: VcpuState;
    guest: GuestHost;
    access: GuestAccess;
    registers: RegistersPage;
    translator: GuestTranslator;
  }) {
    this.state = options.state;
    this.guest = options.guest;
    this.access = options.access;
    this.registers = options.registers;
    this.translator = options.translator;
  }

  /** Whether the guest has a handler for this vector. */
  hasHandler(vector: number): boolean {
    return vector < IDT_ENTRIES && gatePresent(this.state.idt[2 * vector + 1]!);
  }

  /**
   * Delivers a trap that reached the host. Returns false if the guest has no handler for it.
   * Kills: those of a bad stack. Source: `deliver_trap`; facts sheet, section 2, "reflecting".
   */
  reflect(trapNumber: number): boolean {
    if (!this.hasHandler(trapNumber)) return false;
    this.enterGate(trapNumber, pushesErrorCode(trapNumber));
    return true;
  }

  /** Goes through the guest's gate for a vector; interrupts never push an error code. */
  enterGate(vector: number, withErrorCode: boolean): void {
    const low = this.state.idt[2 * vector]!;
    const high = this.state.idt[2 * vector + 1]!;
    this.pushFrame(withErrorCode);
    this.registers.set(Register.cs, Selector.kernelCode);
    this.registers.set(Register.eip, gateHandler(low, high));
    this.registers.set(Register.eflags, this.registers.get(Register.eflags) & ~TRAP_CLEARED_FLAGS);
    if (gateType(high) !== GateType.interrupt) return;
    if (!this.access.setDataWord(GuestData.irqEnabled, 0)) this.guest.kill('Disabling interrupts');
  }

  /**
   * Pushes the frame and moves to the stack it is on: the kernel's own if the trap came from it,
   * otherwise the one of SET_STACK. Only the top of the stack is translated; the frame goes down
   * from there in guest-physical memory, so a stack whose pages are not neighbours there suffers
   * (facts sheet, section 10, R21).
   */
  private pushFrame(withErrorCode: boolean): void {
    const { registers, state } = this;
    const switches = privilegeOf(registers.get(Register.ss)) !== GUEST_PRIVILEGE;
    const top = switches ? state.esp1 : registers.get(Register.esp);
    const physicalTop = this.translator.guestPa(top);
    let at = physicalTop;
    if (switches) {
      at = this.push(at, registers.get(Register.ss));
      at = this.push(at, registers.get(Register.esp));
      registers.set(Register.ss, state.ss1);
    }
    at = this.push(at, this.guestFlags());
    at = this.push(at, registers.get(Register.cs));
    at = this.push(at, registers.get(Register.eip));
    if (withErrorCode) at = this.push(at, registers.get(Register.errorCode));
    registers.set(Register.esp, top + (at - physicalTop));
  }

  /** Writes a word below a guest-physical address, and returns where. */
  private push(top: GuestPhysical, value: number): GuestPhysical {
    const at = (top - 4) >>> 0;
    this.access.writeWord(at, value);
    return at;
  }

  /** EFLAGS as the guest believes it to be: the real interrupt flag is always on. */
  private guestFlags(): number {
    const flags = this.registers.get(Register.eflags);
    const enabled = this.access.dataWord(GuestData.irqEnabled);
    const off = enabled !== UNREADABLE && (enabled & INTERRUPT_FLAG) === 0;
    return off ? flags & ~INTERRUPT_FLAG : flags;
  }
}
