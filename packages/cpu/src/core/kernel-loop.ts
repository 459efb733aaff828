// SPDX-License-Identifier: GPL-2.0-or-later
import type { InstructionQueue, Operation } from '@lguest-sim/x86';
import type { FAULT, Mmu } from './mmu.js';
import { assertInPage } from './operand.js';
import type { Need } from './rights.js';

/**
 * Why the loop came back: an access faulted and has done nothing, the deadline is reached, all instructions
 * are executed, or the next one is not for the loop.
 */
export type PlainRun = 'faulted' | 'stopped' | 'finished' | 'other';

/**
 * Executes the plain instructions of a guest kernel: fetches, loads, stores, and what sets a register.
 * That is nearly all of them; the rest is `KernelExecutor`'s.
 *
 * As in `HitLoop`, the numbers that it works with are literals, it calls next to nothing where way 0
 * of a set in the TLB answers, and what it counts is entered at the end (measured: a third of the time
 * of one instruction after the other).
 */
export class KernelLoop {
  private readonly mmu: Mmu;
  private readonly registers: Int32Array;

  constructor(mmu: Mmu, registers: Int32Array) {
    this.mmu = mmu;
    this.registers = registers;
  }

  /**
   * Executes from `queue.position` on, up to the first instruction that is not for it, that faults, or
   * that would start at `until` or later (cycles); moves the position, the clock and the counters on.
   *
   * @throws RangeError for a word that is not aligned: a bug of the guest's model
   */
  run(queue: InstructionQueue, until: number): PlainRun {
    // Those of all that are executed here.
    const instructionWords = 3;
    const fetch: typeof Operation.fetch = 0;
    const load: typeof Operation.load = 1;
    const store: typeof Operation.store = 2;
    const setRegister: typeof Operation.setRegister = 6;
    const needFetch: typeof Need.fetch = 0x009;
    const needLoad: typeof Need.load = 0x001;
    const needStore: typeof Need.store = 0x043;
    const fault: typeof FAULT = -1;
    const pageMask = -4096;
    const inPage = 4095;
    const alignedPage = -4093;

    const { mmu, registers } = this;
    const { tags, frames, slotShift, slotMask } = mmu.tlb;
    const { words } = mmu.host;
    const { code, length, results } = queue;
    const start = queue.position;
    let at = start;
    // Words of instructions that are no accesses.
    let others = 0;
    // Accesses that the MMU has counted itself.
    let asked = 0;
    // More words than instructions: so many accesses are not made unless time is short.
    let limit = at + mmu.accessesBefore(until, length) * instructionWords;
    let end = Math.min(length, limit);
    while (at < end) {
      const operation = code[at]!;
      const operand = code[at + 1]!;
      if (operation <= store) {
        const need = operation === store ? needStore : operation === load ? needLoad : needFetch;
        const slot = (operand >>> slotShift) & slotMask;
        const differs = (tags[slot]! ^ ((operand & pageMask) | need)) & (pageMask | need);
        let page: number;
        if ((differs | (operand & 3)) === 0) {
          page = frames[slot]!;
        } else {
          if (operation !== fetch) assertInPage(operand, 4, 4);
          page = mmu.access(operand, need);
          if (page === fault) {
            queue.position = at;
            this.count(at - start - others, asked);
            return 'faulted';
          }
          asked++;
          // A walk takes time.
          limit = start + others + mmu.accessesBefore(until, length) * instructionWords;
          end = Math.min(length, limit);
        }
        // What follows is mostly of the same kind and in the same page, which now is in way 0.
        if (operation === store) {
          do {
            words[(page | (code[at + 1]! & inPage)) >>> 2] = code[at + 2]!;
            at += instructionWords;
          } while (
            at < end &&
            code[at] === store &&
            ((code[at + 1]! ^ operand) & alignedPage) === 0
          );
        } else if (operation === load) {
          do {
            results.push(words[(page | (code[at + 1]! & inPage)) >>> 2]!);
            at += instructionWords;
          } while (
            at < end &&
            code[at] === load &&
            ((code[at + 1]! ^ operand) & alignedPage) === 0
          );
        } else {
          at += instructionWords;
        }
      } else if (operation === setRegister) {
        registers[operand] = code[at + 2]!;
        at += instructionWords;
        others += instructionWords;
        limit += instructionWords;
        end = Math.min(length, limit);
      } else {
        break;
      }
    }
    queue.position = at;
    this.count(at - start - others, asked);
    return at >= limit ? 'stopped' : at >= length ? 'finished' : 'other';
  }

  /**
   * Enters accesses in the counters, and lets their cycles pass.
   *
   * @param words of their instructions
   */
  private count(words: number, asked: number): void {
    const { mmu } = this;
    const made = (words / 3) | 0;
    mmu.counters.kernelAccesses += made;
    mmu.counters.tlbHits += made - asked;
    mmu.pass(made * mmu.costs.access);
  }
}
