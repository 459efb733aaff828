// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { InstructionQueue, Operation, instructionWords } from '../src/index.js';

describe('instruction queue', () => {
  it('keeps any number of instructions in order', () => {
    const queue = new InstructionQueue();
    for (let i = 0; i < 1000; i++) queue.push(Operation.store, i, -i);
    expect(queue.length).toBe(1000 * instructionWords(Operation.store));
    expect(queue.code[999 * instructionWords(Operation.store) + 2]).toBe(-999);
  });

  it('holds the operands that an operation has, and no more', () => {
    const queue = new InstructionQueue();
    for (const operation of Object.values(Operation)) queue.push(operation, 1, 2, 3, 4, 5);
    for (const operation of Object.values(Operation)) {
      const end = queue.position + instructionWords(operation);
      const operands = operation === Operation.fill || operation === Operation.hypercall ? 5 : 2;
      const words = [operation, 1, 2, 3, 4, 5].slice(0, 1 + operands);
      expect([...queue.code.subarray(queue.position, end)]).toEqual(words);
      queue.position = end;
    }
    expect(queue.isEmpty).toBe(true);
  });

  it('is empty when the last instruction has been executed', () => {
    const queue = new InstructionQueue();
    expect(queue.isEmpty).toBe(true);
    queue.push(Operation.iret);
    expect(queue.isEmpty).toBe(false);
    queue.position += instructionWords(Operation.iret);
    expect(queue.isEmpty).toBe(true);
  });

  it('is the same after a snapshot is put back', () => {
    const queue = new InstructionQueue();
    for (let i = 0; i < 200; i++) queue.push(Operation.hypercall, i, 0xffffffff, i, i, i);
    queue.position = 5 * instructionWords(Operation.hypercall);
    for (const word of [7, 0xdeadbeef]) queue.results.push(word);
    const copy = new InstructionQueue();
    copy.restore(structuredClone(queue.snapshot()));
    expect(copy.snapshot()).toEqual(queue.snapshot());
    expect(copy.isEmpty).toBe(false);
  });

  it('hands out what was loaded, unsigned and in order, and then has nothing', () => {
    const queue = new InstructionQueue();
    for (let i = 0; i < 100; i++) queue.results.push(-i);
    const taken = queue.takeResults();
    expect(taken.values()).toEqual(Array.from({ length: 100 }, (_, i) => -i >>> 0));
    queue.results.push(1);
    expect(taken.length).toBe(100);
    expect(queue.takeResults().values()).toEqual([1]);
    expect(queue.takeResults().values()).toEqual([]);
  });
});
