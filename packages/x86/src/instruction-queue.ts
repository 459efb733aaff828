// SPDX-License-Identifier: GPL-2.0-or-later
import { LoadedWords } from './loaded-words.js';

/**
 * The few instructions a guest kernel is made of here. A CPU executes them through its MMU, so each
 * one can trap; it is then retried, or given up, as on silicon.
 */
export const Operation = {
  /** a: virtual address. Instruction fetch from there. */
  fetch: 0,
  /** a: virtual address of an aligned word. The value is appended to the queue's results. */
  load: 1,
  /** a: virtual address of an aligned word, b: value. */
  store: 2,
  /** a: virtual address, b: first value, c: step, d: number of words; all in one page (`rep stos`). */
  fill: 3,
  /** a: source page, b: destination page (virtual addresses); copies 4096 bytes (`rep movs`). */
  copyPage: 4,
  /** a: number, b to e: arguments 1 to 4. `int 0x1f`. */
  hypercall: 5,
  /** a: register (word index in lguest_regs), b: value. */
  setRegister: 6,
  /** Pops eip, cs and eflags, and esp and ss when the privilege changes, off the current stack. */
  iret: 7,
  /** a: vector. `int vector`. */
  interrupt: 8,
  /** a: vector of an exception, b: error code. An instruction that cannot but raise it, such as `ud2`. */
  raise: 9,
} as const;
/** One of them. */
export type Operation = (typeof Operation)[keyof typeof Operation];

/** Words of an instruction with at most two operands. */
const SHORT_WORDS = 3;
const LONG_WORDS = 6;

/** 32-bit words that an instruction takes in `InstructionQueue.code`: 3, or 6 for a `fill` and a `hypercall`. */
export function instructionWords(operation: number): number {
  return isLong(operation) ? LONG_WORDS : SHORT_WORDS;
}

function isLong(operation: number): boolean {
  return operation === Operation.fill || operation === Operation.hypercall;
}

/** An instruction queue as plain data. */
export interface InstructionQueueSnapshot {
  /** Instructions that wait: operation and operands, as many words each as `instructionWords` says. */
  readonly code: readonly number[];
  /** How many of these words were executed. */
  readonly position: number;
  /** What loads have read so far. */
  readonly results: readonly number[];
}

/** Instructions waiting to be executed, and the values that the loads among them returned. */
export class InstructionQueue {
  /**
   * Operation, a, b of each instruction, and c, d, e of a long one (`instructionWords`). Grows as needed.
   */
  code = new Int32Array(64 * LONG_WORDS);
  /** Words in use in `code`. */
  length = 0;
  /** Word index in `code` of the instruction to execute next. */
  position = 0;
  /** What the loads have returned so far. */
  results = new LoadedWords();
  private spare = new LoadedWords();

  /** True when every instruction has been executed. */
  get isEmpty(): boolean {
    return this.position >= this.length;
  }

  /** Appends an instruction. Unused operands are 0; numbers above 2^31 are taken modulo 2^32. */
  push(operation: Operation, a = 0, b = 0, c = 0, d = 0, e = 0): void {
    const at = this.length;
    if (at + LONG_WORDS > this.code.length) this.grow();
    const code = this.code;
    code[at] = operation;
    code[at + 1] = a;
    code[at + 2] = b;
    if (!isLong(operation)) {
      this.length = at + SHORT_WORDS;
      return;
    }
    code[at + 3] = c;
    code[at + 4] = d;
    code[at + 5] = e;
    this.length = at + LONG_WORDS;
  }

  /**
   * Appends instructions of three words each that the caller writes at once: operation, a, b.
   *
   * @param count how many
   * @returns word index in `code` of the first
   */
  extend(count: number): number {
    const at = this.length;
    this.length = at + count * SHORT_WORDS;
    while (this.length > this.code.length) this.grow();
    return at;
  }

  /** Takes what the loads returned out. It is good until that is asked for again. */
  takeResults(): LoadedWords {
    const { results, spare } = this;
    spare.length = 0;
    this.results = spare;
    this.spare = results;
    return results;
  }

  /** Forgets everything, results included. */
  clear(): void {
    this.length = 0;
    this.position = 0;
    this.results.length = 0;
  }

  /** Its state as plain data. */
  snapshot(): InstructionQueueSnapshot {
    return {
      code: [...this.code.subarray(0, this.length)],
      position: this.position,
      results: this.results.values(),
    };
  }

  /** Puts back what `snapshot` returned. */
  restore(snapshot: InstructionQueueSnapshot): void {
    this.clear();
    while (this.code.length < snapshot.code.length) this.grow();
    this.code.set(snapshot.code);
    this.length = snapshot.code.length;
    this.position = snapshot.position;
    for (const word of snapshot.results) this.results.push(word);
  }

  private grow(): void {
    const larger = new Int32Array(this.code.length * 2);
    larger.set(this.code);
    this.code = larger;
  }
}
