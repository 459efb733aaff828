// SPDX-License-Identifier: GPL-2.0-or-later
import type { HypercallNumber } from '@lguest-sim/abi';
import {
  InstructionQueue,
  Operation,
  PAGE_WORDS,
  type GuestPhysical,
  type GuestVirtual,
} from '@lguest-sim/x86';

/**
 * Puts the kernel's instructions into the running context's queue. Places in memory are given as
 * guest-physical addresses; the instruction gets the virtual address at which the kernel sees them:
 * the same number before it has page tables, its place in the direct map afterwards.
 */
export class Emitter {
  /** The queue of the running context. */
  queue: InstructionQueue = new InstructionQueue();
  /** Where guest-physical 0 is in the direct map, as a signed word: engines box nothing larger. */
  readonly #pageOffset: number;
  /** Where the kernel sees it now. */
  #offset = 0;

  constructor(pageOffset: GuestVirtual) {
    this.#pageOffset = pageOffset | 0;
  }

  /** True while virtual and guest-physical addresses are the same: before the jump at boot. */
  get linear(): boolean {
    return this.#offset === 0;
  }

  set linear(value: boolean) {
    this.#offset = value ? 0 : this.#pageOffset;
  }

  /** Virtual address of a place in memory. */
  address(gpa: GuestPhysical): GuestVirtual {
    return this.word(gpa) >>> 0;
  }

  /**
   * Guest-physical address of a place that the kernel sees at `address`. Of what is below the direct map
   * it makes a number beyond all of guest memory, or less than 0.
   */
  physical(address: GuestVirtual): GuestPhysical {
    return (address - this.#offset) | 0;
  }

  /** That virtual address as it stands in an instruction and in a register, a signed word. */
  word(gpa: GuestPhysical): number {
    return (gpa + this.#offset) | 0;
  }

  fetch(gpa: GuestPhysical): void {
    this.queue.push(Operation.fetch, this.word(gpa));
  }

  /** Loads an aligned word; the next step finds it in `kernel.results`. */
  load(gpa: GuestPhysical): void {
    this.queue.push(Operation.load, this.word(gpa));
  }

  /** Stores an aligned word. */
  store(gpa: GuestPhysical, value: number): void {
    this.queue.push(Operation.store, this.word(gpa), value);
  }

  /** Loads `count` words from an aligned place on. */
  loadWords(gpa: GuestPhysical, count: number): void {
    const { queue } = this;
    let at = queue.extend(count);
    const { code } = queue;
    const end = this.word(gpa) + 4 * count;
    for (let address = this.word(gpa); address < end; address += 4) {
      code[at] = Operation.load;
      code[at + 1] = address;
      code[at + 2] = 0;
      at += 3;
    }
  }

  /** Stores words from an aligned place on: `words[first + order[0]]`, and so on. */
  storeWords(
    gpa: GuestPhysical,
    words: ArrayLike<number>,
    order: readonly number[],
    first = 0,
  ): void {
    const { queue } = this;
    let at = queue.extend(order.length);
    const { code } = queue;
    const address = this.word(gpa);
    for (let index = 0; index < order.length; index++) {
      code[at] = Operation.store;
      code[at + 1] = address + 4 * index;
      code[at + 2] = words[first + order[index]!]!;
      at += 3;
    }
  }

  /** Stores an aligned word at a virtual address outside the direct map. */
  storeVirtual(address: GuestVirtual, value: number): void {
    this.queue.push(Operation.store, address, value);
  }

  /** Stores `words` words, the first `value`, each `step` more than the one before; in one page. */
  fill(gpa: GuestPhysical, value: number, step: number, words: number): void {
    if (words > 0) this.queue.push(Operation.fill, this.word(gpa), value, step, words);
  }

  clearPage(gpa: GuestPhysical): void {
    this.fill(gpa, 0, 0, PAGE_WORDS);
  }

  copyPage(from: GuestPhysical, to: GuestPhysical): void {
    this.queue.push(Operation.copyPage, this.word(from), this.word(to));
  }

  /** A hypercall made at once. */
  hypercall(number: HypercallNumber, a = 0, b = 0, c = 0, d = 0): void {
    this.queue.push(Operation.hypercall, number, a, b, c, d);
  }

  /** @param register word index in `struct lguest_regs` */
  setRegister(register: number, value: number): void {
    this.queue.push(Operation.setRegister, register, value);
  }

  /** Sets each of the registers to the word at the same place in `words`. */
  setRegisters(registers: readonly number[], words: ArrayLike<number>): void {
    const { queue } = this;
    let at = queue.extend(registers.length);
    const { code } = queue;
    for (let index = 0; index < registers.length; index++) {
      code[at] = Operation.setRegister;
      code[at + 1] = registers[index]!;
      code[at + 2] = words[index]!;
      at += 3;
    }
  }

  iret(): void {
    this.queue.push(Operation.iret);
  }
}
