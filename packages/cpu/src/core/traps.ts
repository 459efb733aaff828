// SPDX-License-Identifier: GPL-2.0-or-later
import {
  GUEST_PRIVILEGE,
  REGISTER_WORDS,
  Register,
  StatePage,
  Tss,
  USER_PRIVILEGE,
  copyRegisters,
  privilegeOf,
  stateAddress,
} from '@lguest-sim/abi';
import type { SwitcherLayout } from '@lguest-sim/abi';
import { PAGE_MASK, Vector, hex, pushesErrorCode } from '@lguest-sim/x86';
import { flagsAfterGate } from './eflags.js';
import type { TrapExit } from './exit.js';
import { GATE_BYTES, gate } from './gate.js';
import { GuestStack } from './guest-stack.js';
import { FAULT } from './mmu.js';
import type { Mmu } from './mmu.js';
import { Need } from './rights.js';
import { TripleFault } from './triple-fault.js';

/** Bytes that a trap to the Switcher pushes: `struct lguest_regs`. */
const FRAME_BYTES = REGISTER_WORDS * 4;

/** Error code bit: the vector in it is an index of the interrupt descriptor table. */
const IDT_INDEX = 2;

/**
 * How traps are delivered: the gate is read in this CPU's state page, through the MMU, under
 * whatever CR3 is loaded, as silicon does it.
 *
 * A gate of ring 0 leads to the Switcher. The CPU then pushes ss, esp, eflags, cs, eip (and an error
 * code) at TSS.sp0, the top of the regs page that is mapped in this CPU's regs slot, and the
 * Switcher's stub all other registers below: here it is one step. A gate of ring 1 leads straight to
 * the guest kernel, on the stack at TSS.sp1 if it was a process that trapped.
 * Source: facts sheet, sections 2 (step 10, direct traps) and 3.
 */
export class Traps {
  /** The last trap: its vector. */
  vector = 0;
  /** The last trap: its error code, 0 for a vector without one. */
  errorCode = 0;
  /** The last trap: CR2 for a page fault, unsigned, otherwise 0. */
  address = 0;

  private readonly mmu: Mmu;
  private readonly registers: Int32Array;
  private readonly stack: GuestStack;
  private readonly cpu: number;
  private readonly idt: number;
  private readonly tss: number;
  private readonly pushed = new Int32Array(6);
  /** The two words of the gate that was read last. */
  private low = 0;
  private high = 0;
  /** The stack that was read last in the TSS. */
  private sp = 0;
  private ss = 0;

  constructor(mmu: Mmu, registers: Int32Array, cpu: number, layout: SwitcherLayout) {
    const state = stateAddress(layout, cpu) | 0;
    this.mmu = mmu;
    this.registers = registers;
    this.stack = new GuestStack(mmu);
    this.cpu = cpu;
    this.idt = state + StatePage.guestIdt;
    this.tss = state + StatePage.guestTss;
  }

  /** Delivers the page fault that the MMU has just found. */
  pageFault(): TrapExit {
    return this.deliver(Vector.pageFault, this.mmu.errorCode);
  }

  /**
   * `int vector`. A gate with less privilege than the code that wants through is a general
   * protection fault at this very instruction.
   */
  softwareInterrupt(vector: number): TrapExit {
    this.readGate(vector);
    if (gate.privilege(this.high) < privilegeOf(this.registers[Register.cs]!)) {
      return this.deliver(Vector.generalProtection, vector * 8 + IDT_INDEX);
    }
    return this.enter(vector, 0);
  }

  /**
   * Delivers an exception or an interrupt from outside.
   *
   * @param errorCode ignored for a vector without one
   * @throws TripleFault if the pages it takes are not mapped; RangeError if the gate is none that
   * lguest makes. Both are bugs of the host's.
   */
  deliver(vector: number, errorCode: number): TrapExit {
    this.readGate(vector);
    return this.enter(vector, pushesErrorCode(vector) ? errorCode : 0);
  }

  private enter(vector: number, errorCode: number): TrapExit {
    const privilege = privilegeOf(gate.selector(this.low));
    if (!gate.isPresent(this.high) || privilege > GUEST_PRIVILEGE) {
      const words = `${hex(this.high)} ${hex(this.low)}`;
      throw new RangeError(`host CPU ${this.cpu}: gate ${vector} is ${words}, none of lguest's`);
    }
    if (privilege === GUEST_PRIVILEGE) return this.enterGuest(vector, errorCode);
    return this.enterSwitcher(vector, errorCode);
  }

  private enterSwitcher(vector: number, errorCode: number): 'trap' {
    const { registers } = this;
    this.readStack(Tss.sp0, vector);
    registers[Register.trapNumber] = vector;
    registers[Register.errorCode] = errorCode;
    this.pushFrame(this.sp, vector);
    registers[Register.ss] = this.ss;
    registers[Register.esp] = this.sp - FRAME_BYTES;
    this.jump(vector, errorCode);
    return 'trap';
  }

  /** Pushes all registers below `sp0`, in `Register` order. */
  private pushFrame(sp0: number, vector: number): void {
    const { registers, mmu } = this;
    const bottom = (sp0 - FRAME_BYTES) | 0;
    if ((sp0 & 3) !== 0 || ((bottom ^ (sp0 - 1)) & PAGE_MASK) !== 0) {
      throw new RangeError(`host CPU ${this.cpu}: TSS.sp0 is ${hex(sp0)}, no end of a regs page`);
    }
    const page = this.own(bottom, Need.store, 'register frame', vector);
    copyRegisters(registers, 0, mmu.host.words, (page | (bottom & ~PAGE_MASK)) >>> 2);
  }

  private enterGuest(vector: number, errorCode: number): TrapExit {
    const { registers, pushed, mmu } = this;
    const fromUser = privilegeOf(registers[Register.cs]!) === USER_PRIVILEGE;
    if (fromUser) this.readStack(Tss.sp1, vector);
    const esp = fromUser ? this.sp : registers[Register.esp]!;
    const ss = fromUser ? this.ss : registers[Register.ss]!;
    let count = 0;
    if (pushesErrorCode(vector)) pushed[count++] = errorCode;
    pushed[count++] = registers[Register.eip]!;
    pushed[count++] = registers[Register.cs]!;
    pushed[count++] = registers[Register.eflags]!;
    if (fromUser) {
      pushed[count++] = registers[Register.esp]!;
      pushed[count++] = registers[Register.ss]!;
    }
    const bottom = (esp - 4 * count) | 0;
    if (!this.stack.push(bottom, pushed, count)) return this.pushFault(vector);
    registers[Register.esp] = bottom;
    registers[Register.ss] = ss;
    mmu.pass(mmu.costs.directTrap);
    this.jump(vector, errorCode);
    return 'direct-trap';
  }

  /**
   * A push on the guest kernel's stack faulted: an ordinary page fault, after which the instruction
   * is retried, unless the trap was itself one of those exceptions that make it a double fault.
   * Source: Intel SDM volume 3, section 7.15, interrupt 8.
   */
  private pushFault(vector: number): TrapExit {
    if (vector === Vector.doubleFault) this.fail('guest stack', vector, this.mmu.cr2);
    const contributory = vector === Vector.divideError || (vector >= 10 && vector <= 14);
    return contributory ? this.deliver(Vector.doubleFault, 0) : this.pageFault();
  }

  private jump(vector: number, errorCode: number): void {
    const { registers, low, high } = this;
    const flags = registers[Register.eflags]!;
    registers[Register.eflags] = flagsAfterGate(flags, gate.isInterruptGate(high));
    registers[Register.cs] = gate.selector(low);
    registers[Register.eip] = gate.offset(low, high);
    this.vector = vector;
    this.errorCode = errorCode;
    this.address = vector === Vector.pageFault ? this.mmu.cr2 >>> 0 : 0;
  }

  private readGate(vector: number): void {
    const address = this.idt + GATE_BYTES * vector;
    const page = this.own(address, Need.load, 'gate', vector);
    const at = (page | (address & ~PAGE_MASK)) >>> 2;
    this.low = this.mmu.host.words[at]!;
    this.high = this.mmu.host.words[at + 1]!;
  }

  /** Reads a stack pointer of the TSS, and the stack segment that stands behind it. */
  private readStack(offset: number, vector: number): void {
    const address = this.tss + offset;
    const page = this.own(address, Need.load, 'TSS', vector);
    const at = (page | (address & ~PAGE_MASK)) >>> 2;
    this.sp = this.mmu.host.words[at]!;
    this.ss = this.mmu.host.words[at + 1]! & 0xffff;
  }

  /** Translates an address that the CPU cannot do without. */
  private own(address: number, need: number, what: string, vector: number): number {
    const page = this.mmu.access(address, need);
    if (page === FAULT) this.fail(what, vector, address);
    this.mmu.counters.hardwareAccesses++;
    return page;
  }

  private fail(what: string, vector: number, address: number): never {
    throw new TripleFault(what, {
      cpu: this.cpu,
      vector,
      address: address >>> 0,
      cr3: this.mmu.walker.cr3 >>> 0,
    });
  }
}
