// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall, Register, REGISTER_WORDS, Selector } from '@lguest-sim/abi';
import { Operation, instructionWords, pae, twoLevel } from '@lguest-sim/x86';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostileOperations } from '../src/generate/index.js';
import { HOSTILE_LAYOUT, HostileGuest, type HostileOperation } from '../src/index.js';

/** A guest and its CPU's registers, in ring 1. */
function guestWith(operations: readonly HostileOperation[], format = twoLevel) {
  const registers = new Int32Array(REGISTER_WORDS);
  registers[Register.cs] = Selector.kernelCode;
  return { guest: new HostileGuest(format, { operations }), registers };
}

/** The instructions in the queue: operation and operands. */
function instructionsOf({ instructions }: HostileGuest): number[][] {
  const list: number[][] = [];
  const { code, length, position } = instructions;
  for (let at = position, end = at; at < length; at = end) {
    end = at + instructionWords(code[at]!);
    list.push([...code.slice(at, end)].map((word) => word >>> 0));
  }
  return list;
}

const store = (address: number, value: number): number[] => [Operation.store, address, value];

describe('a hostile guest', () => {
  it('does one operation after the other, and then switches itself off, for as long as it lives', () => {
    const { guest, registers } = guestWith([{ do: 'touch', kind: 'load', address: 0x5003 }]);
    const esp = [Operation.setRegister, Register.esp, HOSTILE_LAYOUT.stackEnd];
    expect(guest.advance(registers)).toBe(true);
    expect(instructionsOf(guest)).toEqual([esp, [Operation.load, 0x5000, 0]]);
    expect(registers[Register.eip]).toBe(guest.start);
    const off = [Operation.hypercall, Hypercall.shutdown, 0, 1, 0, 0];
    for (let time = 0; time < 2; time++) {
      guest.advance(registers);
      expect(instructionsOf(guest)).toEqual([esp, off]);
    }
    expect(guest.operationsDone).toBe(1);
  });

  it('goes on with an instruction that is tried again, and gives the rest up after a trap', () => {
    const { guest, registers } = guestWith([{ do: 'write', gpa: 0x5000, words: [1, 2, 3] }]);
    guest.advance(registers);
    guest.instructions.position += 2 * instructionWords(Operation.store);
    guest.resume(registers);
    expect(instructionsOf(guest)).toEqual([store(0x5004, 2), store(0x5008, 3)]);
    registers[Register.eip] = HOSTILE_LAYOUT.handlers | 0;
    guest.resume(registers);
    expect(guest.instructions.isEmpty).toBe(true);
  });

  it('finds its memory where the kernel is, once it has page tables', () => {
    const write = { do: 'write', gpa: 0x5000, words: [7] } as const;
    const { guest, registers } = guestWith([
      write,
      { do: 'boot', top: HOSTILE_LAYOUT.tops[0] },
      write,
    ]);
    guest.advance(registers);
    expect(instructionsOf(guest)).toContainEqual(store(0x5000, 7));
    guest.advance(registers);
    guest.advance(registers);
    expect(instructionsOf(guest)).toContainEqual(store(0xc0005000, 7));
  });

  it('writes entries as wide as its tables have them', () => {
    const entry = { do: 'entry', table: 0x4000, index: 3, low: 0x5067, high: 9 } as const;
    const narrow = guestWith([entry]);
    narrow.guest.advance(narrow.registers);
    expect(instructionsOf(narrow.guest).slice(1)).toEqual([store(0x400c, 0x5067)]);
    const wide = guestWith([entry], pae);
    wide.guest.advance(wide.registers);
    expect(instructionsOf(wide.guest).slice(1)).toEqual([store(0x4018, 0x5067), store(0x401c, 9)]);
  });

  it('makes system calls when a process is done, and a fault when they lead nowhere', () => {
    const { guest } = guestWith([]);
    for (let time = 0; time < 2; time++) {
      expect(guest.atLimit()).toBe('system-call');
      expect(guest.accesses.length).toBe(0);
    }
    guest.atLimit();
    expect(guest.accesses.addresses[0]).toBe(0xfffff000);
    expect(guest.accesses.limit).toBe(1);
  });

  it('is the same again from a snapshot, at any operation', () => {
    const generated = hostileOperations({ paging: 'pae', operations: 20 });
    fc.assert(
      fc.property(generated, fc.nat({ max: 20 }), (operations, steps) => {
        const { guest, registers } = guestWith(operations, pae);
        for (let step = 0; step < steps; step++) guest.advance(registers);
        const again = guestWith(operations, pae);
        again.guest.restore(structuredClone(guest.snapshot()));
        expect(again.guest.snapshot()).toEqual(guest.snapshot());
        for (let step = 0; step < 5; step++) {
          expect(instructionsOf(again.guest)).toEqual(instructionsOf(guest));
          guest.advance(registers);
          again.guest.advance(again.registers);
        }
      }),
      { seed: 2, numRuns: 100 },
    );
  });
});
