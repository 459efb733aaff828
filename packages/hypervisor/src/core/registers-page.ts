// SPDX-License-Identifier: GPL-2.0-or-later
import { INITIAL_EFLAGS, REGISTERS_OFFSET, Register, Selector } from '@lguest-sim/abi';
import { frameWord, type HostMemory } from '@lguest-sim/x86';
import { CALL_WORDS, type VcpuState } from './vcpu-state.js';

/** A vCPU's registers: the bytes at the end of its regs page, where every trap leaves them. */
export class RegistersPage {
  private readonly words: Int32Array;
  private readonly state: VcpuState;

  constructor(host: HostMemory, state: VcpuState) {
    this.words = host.words;
    this.state = state;
  }

  /** A register, unsigned; `register` is a value of `Register`. */
  get(register: number): number {
    return this.words[this.base + register]! >>> 0;
  }

  set(register: number, value: number): void {
    this.words[this.base + register] = value;
  }

  /** Copies number and arguments of the hypercall that the guest has just made. */
  copyCall(target: Int32Array): void {
    const { base, words } = this;
    for (let i = 0; i < CALL_WORDS; i++) target[i] = words[base + i]!;
  }

  /**
   * Gives a vCPU its registers at birth: ring 1, flat segments, everything else 0.
   * Source: facts sheet, section 1.3.
   *
   * @param start entry point, a guest-physical address
   */
  reset(start: number): void {
    this.set(Register.cs, Selector.kernelCode);
    this.set(Register.ds, Selector.kernelData);
    this.set(Register.es, Selector.kernelData);
    this.set(Register.ss, Selector.kernelData);
    this.set(Register.eflags, INITIAL_EFLAGS);
    this.set(Register.eip, start);
  }

  private get base(): number {
    return frameWord(this.state.registersFrame) + REGISTERS_OFFSET / 4;
  }
}
