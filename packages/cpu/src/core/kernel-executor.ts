// SPDX-License-Identifier: GPL-2.0-or-later
import {
  GUEST_PRIVILEGE,
  HYPERCALL_VECTOR,
  IDT_ENTRIES,
  Register,
  USER_PRIVILEGE,
  privilegeOf,
} from '@lguest-sim/abi';
import {
  Operation,
  PAGE_MASK,
  PAGE_SIZE,
  PAGE_WORDS,
  Vector,
  instructionWords,
} from '@lguest-sim/x86';
import type { InstructionQueue } from '@lguest-sim/x86';
import { flagsAfterReturn } from './eflags.js';
import type { CpuExit, TrapExit } from './exit.js';
import { GuestStack } from './guest-stack.js';
import { FAULT } from './mmu.js';
import type { Mmu } from './mmu.js';
import { assertInPage } from './operand.js';
import { Need } from './rights.js';
import type { Traps } from './traps.js';

/** What an instruction led to: an exit; nothing special; or other code of the guest kernel. */
export type Step = CpuExit | 'next' | 'resume';

/** What `iret` leaves of a selector in the error code of its general protection fault. */
const SELECTOR_INDEX = 0xfffc;

/**
 * Executes those of a guest kernel's instructions that are not plain (see `KernelLoop`), one at a time,
 * through the MMU. One that faults has done nothing and is not passed: it is executed again when the
 * guest comes back to it.
 */
export class KernelExecutor {
  private readonly mmu: Mmu;
  private readonly registers: Int32Array;
  private readonly traps: Traps;
  private readonly stack: GuestStack;
  private readonly popped = new Int32Array(3);

  constructor(mmu: Mmu, registers: Int32Array, traps: Traps) {
    this.mmu = mmu;
    this.registers = registers;
    this.traps = traps;
    this.stack = new GuestStack(mmu);
  }

  /**
   * Executes the instruction at `queue.position`.
   * @throws RangeError for operands that no guest kernel means: a bug of the guest's model
   */
  step(queue: InstructionQueue): Step {
    const { code, position } = queue;
    const a = code[position + 1]!;
    const b = code[position + 2]!;
    let page: number;
    switch (code[position]) {
      case Operation.fill:
        page = this.fill(a, b, code[position + 3]!, code[position + 4]!);
        break;
      case Operation.copyPage:
        page = this.copyPage(a, b);
        break;
      case Operation.hypercall:
        return this.hypercall(queue);
      case Operation.iret:
        return this.interruptReturn(queue);
      default:
        return this.trap(queue);
    }
    if (page === FAULT) return this.traps.pageFault();
    queue.position = position + instructionWords(code[position]!);
    return 'next';
  }

  /** `rep stos`: one translation, as all words are in one page; each further word is a TLB hit. */
  private fill(address: number, value: number, step: number, count: number): number {
    if (count <= 0) return 0;
    assertInPage(address, 4, 4 * count);
    const { mmu } = this;
    const page = mmu.access(address, Need.store);
    if (page === FAULT) return FAULT;
    const at = wordAt(page, address);
    const { words } = mmu.host;
    if (step === 0) words.fill(value, at, at + count);
    else for (let i = 0; i < count; i++) words[at + i] = (value + Math.imul(step, i)) | 0;
    mmu.counters.kernelAccesses += count;
    mmu.counters.tlbHits += count - 1;
    mmu.pass(Math.ceil((mmu.costs.pageClear * count) / PAGE_WORDS));
    return page;
  }

  /**
   * `rep movs` of a page: 1024 loads and 1024 stores, of which all but the first of each hit. If the
   * destination faults, the first load has been made; it is made again at the retry.
   */
  private copyPage(source: number, destination: number): number {
    assertInPage(source, PAGE_SIZE, PAGE_SIZE);
    assertInPage(destination, PAGE_SIZE, PAGE_SIZE);
    const { mmu } = this;
    const from = mmu.access(source, Need.load);
    if (from === FAULT) return FAULT;
    mmu.counters.kernelAccesses++;
    const to = mmu.access(destination, Need.store);
    if (to === FAULT) return FAULT;
    mmu.host.words.copyWithin(to >>> 2, from >>> 2, (from >>> 2) + PAGE_WORDS);
    mmu.counters.kernelAccesses += 2 * PAGE_WORDS - 1;
    mmu.counters.tlbHits += 2 * PAGE_WORDS - 2;
    mmu.pass(mmu.costs.pageCopy);
    return to;
  }

  /** Loads the five registers, and traps. The instruction is passed if the gate lets it through. */
  private hypercall(queue: InstructionQueue): Step {
    const { code, position } = queue;
    for (let i = Register.eax; i <= Register.esi; i++) this.registers[i] = code[position + 1 + i]!;
    const exit = this.traps.softwareInterrupt(HYPERCALL_VECTOR);
    if (this.traps.vector === HYPERCALL_VECTOR)
      queue.position += instructionWords(Operation.hypercall);
    return exit;
  }

  /** `int n`, or an instruction that raises an exception. It is passed if its own gate is gone through. */
  private trap(queue: InstructionQueue): Step {
    const { code, position } = queue;
    const vector = code[position + 1]!;
    const exit = this.trapBy(code[position]!, vector, code[position + 2]!);
    if (this.traps.vector === vector) queue.position += instructionWords(code[position]!);
    return exit;
  }

  private trapBy(operation: number, vector: number, errorCode: number): TrapExit {
    switch (operation) {
      case Operation.interrupt:
        if (vector >= 0 && vector < IDT_ENTRIES) return this.traps.softwareInterrupt(vector);
        throw new RangeError(`int ${vector}: no such vector`);
      case Operation.raise:
        if (isRaised(vector)) return this.traps.deliver(vector, errorCode);
        throw new RangeError(`exception ${vector}: raised by no instruction of a guest kernel`);
      default:
        throw new RangeError(`instruction ${operation}: no such operation`);
    }
  }

  /** `iret`, to the same ring or to ring 3; to ring 0 no guest kernel gets. */
  private interruptReturn(queue: InstructionQueue): Step {
    const { registers, popped, mmu } = this;
    const esp = registers[Register.esp]!;
    if (!this.stack.pop(esp, popped, 3)) return this.traps.pageFault();
    const eip = popped[0]!;
    const cs = popped[1]! & 0xffff;
    const flags = popped[2]!;
    const ring = privilegeOf(cs);
    if (ring !== GUEST_PRIVILEGE && ring !== USER_PRIVILEGE) {
      return this.traps.deliver(Vector.generalProtection, cs & SELECTOR_INDEX);
    }
    if (ring === USER_PRIVILEGE) {
      if (!this.stack.pop(esp + 12, popped, 2)) return this.traps.pageFault();
      const ss = popped[1]! & 0xffff;
      // A stack of another ring's would have the host take a process for the kernel.
      if (privilegeOf(ss) !== ring) {
        return this.traps.deliver(Vector.generalProtection, ss & SELECTOR_INDEX);
      }
      registers[Register.esp] = popped[0]!;
      registers[Register.ss] = ss;
    } else {
      registers[Register.esp] = esp + 12;
    }
    registers[Register.eip] = eip;
    registers[Register.cs] = cs;
    registers[Register.eflags] = flagsAfterReturn(registers[Register.eflags]!, flags);
    mmu.pass(mmu.costs.directTrap);
    queue.position += instructionWords(Operation.iret);
    return ring === USER_PRIVILEGE ? 'returned' : 'resume';
  }
}

/** Exceptions that the instructions of a guest kernel can raise without an access to memory. */
function isRaised(vector: number): boolean {
  const isOfHost = vector === Vector.nmi || vector === Vector.doubleFault || vector === 15;
  return vector >= 0 && vector < 20 && vector !== Vector.pageFault && !isOfHost;
}

function wordAt(page: number, address: number): number {
  return (page | (address & ~PAGE_MASK)) >>> 2;
}
