// SPDX-License-Identifier: GPL-2.0-or-later
import type { InstructionQueue, Operation } from '@lguest-sim/x86';
import type { Mmu } from './mmu.js';
import type { Need } from './rights.js';

/**
 * Executes instructions of a guest kernel as long as they are the plain ones, and way 0 of their set
 * in the TLB answers what they access. That is nearly all of them: the rest, and every fault, is
 * `KernelExecutor`'s.
 *
 * As in `HitLoop`, the numbers that it works with are literals, it calls next to nothing, and what it
 * counts is entered at the end (measured: a third of the time of one instruction after the other).
 */
export class KernelLoop {
  private readonly mmu: Mmu;
  private readonly registers: Int32Array;

  constructor(mmu: Mmu, registers: Int32Array) {
    this.mmu = mmu;
    this.registers = registers;
  }

  /**
   * Executes from `queue.position` on, up to the first instruction that is not for it, or that would
   * start at `until` or later (cycles); moves the position, the clock and the counters on.
   */
  run(queue: InstructionQueue, until: number): void {
    const instructionWords = 6;
    const load: typeof Operation.load = 1;
    const store: typeof Operation.store = 2;
    const setRegister: typeof Operation.setRegister = 6;
    const needFetch: typeof Need.fetch = 0x009;
    const needLoad: typeof Need.load = 0x001;
    const needStore: typeof Need.store = 0x043;
    const pageMask = -4096;
    const inPage = 4095;

    const { mmu, registers } = this;
    const { tags, frames, slotShift, slotMask } = mmu.tlb;
    const { words } = mmu.host;
    const { code, length, results } = queue;
    let at = queue.position;
    const most = mmu.accessesBefore(until, length - at);
    let made = 0;
    for (; at < length && made < most; at += instructionWords) {
      const operation = code[at]!;
      const operand = code[at + 1]!;
      if (operation <= store) {
        const need = operation === store ? needStore : operation === load ? needLoad : needFetch;
        const slot = (operand >>> slotShift) & slotMask;
        const differs = (tags[slot]! ^ ((operand & pageMask) | need)) & (pageMask | need);
        // What is not aligned is for the executor to complain of.
        if ((differs | (operand & 3)) !== 0) break;
        const word = (frames[slot]! | (operand & inPage)) >>> 2;
        if (operation === store) words[word] = code[at + 2]!;
        else if (operation === load) results.push(words[word]! >>> 0);
        made++;
      } else if (operation === setRegister) {
        registers[operand] = code[at + 2]!;
      } else {
        break;
      }
    }
    queue.position = at;
    mmu.counters.kernelAccesses += made;
    mmu.counters.tlbHits += made;
    mmu.pass(made * mmu.costs.access);
  }
}
