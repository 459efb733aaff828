// SPDX-License-Identifier: GPL-2.0-or-later
import { Register, Selector } from '@lguest-sim/abi';
import { defaultCosts } from '@lguest-sim/bus';
import { Operation, frameWord, instructionWords } from '@lguest-sim/x86';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenLaws } from '../src/index.js';
import { ScriptedCode } from './support/scripted-code.js';
import { KERNEL_RO, KERNEL_RW, TestMachine } from './support/test-machine.js';

const FOREVER = 1e15;
const TEXT = 0xc0100000;
const DATA = 0xc0200000;
const STACK = 0xc0300000;

/** A guest kernel with text, data and stack mapped; the program ends with a hypercall. */
function kernel(program: (code: ScriptedCode) => void) {
  const machine = new TestMachine();
  machine.map(TEXT, KERNEL_RO);
  machine.map(DATA, KERNEL_RW);
  machine.map(STACK, KERNEL_RW);
  const code = new ScriptedCode();
  program(code);
  code.instructions.push(Operation.hypercall, 5, 0);
  machine.enterKernel(code, TEXT, STACK + 4096);
  return { machine, code, core: machine.core };
}

const leafWord = (machine: TestMachine, vaddr: number): number => machine.leaf(vaddr) >>> 12;

describe('a guest kernel', () => {
  it('stores and loads words, and gets what it loaded as unsigned numbers', () => {
    const { core, code, machine } = kernel(({ instructions }) => {
      instructions.push(Operation.fetch, TEXT);
      instructions.push(Operation.store, DATA + 8, 0xfedcba98);
      instructions.push(Operation.load, DATA + 8);
      instructions.push(Operation.load, DATA + 12);
    });
    expect(core.run(FOREVER)).toBe('trap');
    expect(code.instructions.results.values()).toEqual([0xfedcba98, 0]);
    expect(core.counters).toMatchObject({ kernelAccesses: 4, accesses: 0, fetches: 0, loads: 0 });
    const walks = core.counters.pageWalks * 2 * defaultCosts.walkLevel;
    expect(machine.now).toBe(4 * defaultCosts.access + walks);
    expect(brokenLaws(core.counters)).toEqual([]);
  });

  it('makes a hypercall with its five registers, and is past it when it comes back', () => {
    const { core, code, machine } = kernel(({ instructions }) => {
      instructions.push(Operation.hypercall, 14, 0x1800000, 0xbffff000, 0x2345067, 9);
    });
    expect(core.run(FOREVER)).toBe('trap');
    expect([core.exitVector, core.exitErrorCode]).toEqual([0x1f, 0]);
    expect(machine.savedRegisters.slice(0, 5)).toEqual([14, 0x1800000, 0xbffff000, 0x2345067, 9]);
    expect(code.instructions.position).toBe(instructionWords(Operation.hypercall));
    machine.enterKernel(code);
    core.run(FOREVER);
    expect(machine.savedRegisters[0]).toBe(5);
  });

  it('is not past a hypercall that the gate refuses', () => {
    const { core, code, machine } = kernel(() => undefined);
    machine.setGate(0x1f, { privilege: 0 });
    expect(core.run(FOREVER)).toBe('trap');
    expect([core.exitVector, core.exitErrorCode]).toEqual([13, 0xfa]);
    expect(code.instructions.position).toBe(0);
  });

  it('executes a faulting instruction again', () => {
    const { core, code, machine } = kernel(({ instructions }) => {
      instructions.push(Operation.store, DATA + 4096, 7);
      instructions.push(Operation.load, DATA + 4096);
    });
    expect(core.run(FOREVER)).toBe('trap');
    const fault = [core.exitVector, core.exitErrorCode, core.exitAddress];
    expect(fault).toEqual([14, 2, DATA + 4096]);
    expect(code.instructions.position).toBe(0);
    machine.map(DATA + 4096, KERNEL_RW);
    machine.enterKernel(code);
    core.run(FOREVER);
    expect(core.exitVector).toBe(0x1f);
    expect(code.instructions.results.values()).toEqual([7]);
  });

  it('faults on a store to read-only memory: CR0.WP is on', () => {
    const { core } = kernel(({ instructions }) => instructions.push(Operation.store, TEXT, 1));
    core.run(FOREVER);
    expect([core.exitVector, core.exitErrorCode]).toEqual([14, 3]);
  });

  it('fills words with a first value and a step, each word counted as an access that hits', () => {
    const { core, machine } = kernel(({ instructions }) => {
      instructions.push(Operation.fill, DATA + 16, 0xfffff067, 0x1000, 5);
    });
    core.run(FOREVER);
    const at = frameWord(leafWord(machine, DATA)) + 4;
    expect([...machine.host.words.subarray(at - 1, at + 6)].map((word) => word >>> 0)).toEqual([
      0, 0xfffff067, 0x67, 0x1067, 0x2067, 0x3067, 0,
    ]);
    expect(core.counters.kernelAccesses).toBe(5);
    // Four words of the fill, and the TSS, which the gate's walk brought in.
    expect(core.counters.tlbHits).toBe(4 + 1);
    expect(brokenLaws(core.counters)).toEqual([]);
  });

  it('pays for a fill by its part of a page', () => {
    for (const [words, cycles] of [
      [1024, defaultCosts.pageClear],
      [512, defaultCosts.pageClear / 2],
      [1, 1],
      [0, 0],
    ]) {
      const { core, machine } = kernel(({ instructions }) => {
        instructions.push(Operation.fill, DATA, 0, 0, words);
      });
      core.run(FOREVER);
      expect(machine.now - core.counters.pageWalks * 2 * defaultCosts.walkLevel).toBe(cycles);
    }
  });

  it('copies a page as 1024 loads and 1024 stores', () => {
    const { core, machine } = kernel(({ instructions }) => {
      instructions.push(Operation.fill, DATA, 1, 1, 1024);
      instructions.push(Operation.copyPage, DATA, STACK);
    });
    core.run(FOREVER);
    const at = frameWord(leafWord(machine, STACK));
    expect(machine.host.words[at + 1023]).toBe(1024);
    expect(core.counters.kernelAccesses).toBe(1024 + 2048);
    expect(brokenLaws(core.counters)).toEqual([]);
  });

  it('keeps the laws when the destination of a copy faults', () => {
    const { core, machine, code } = kernel(({ instructions }) => {
      instructions.push(Operation.copyPage, DATA, DATA + 4096);
    });
    core.run(FOREVER);
    expect([core.exitVector, core.exitAddress]).toEqual([14, DATA + 4096]);
    expect(core.counters.kernelAccesses).toBe(1);
    expect(brokenLaws(core.counters)).toEqual([]);
    machine.map(DATA + 4096, KERNEL_RW);
    machine.enterKernel(code);
    core.run(FOREVER);
    expect(core.counters.kernelAccesses).toBe(1 + 2048);
    expect(brokenLaws(core.counters)).toEqual([]);
  });

  it('sets registers', () => {
    const { core, machine } = kernel(({ instructions }) => {
      instructions.push(Operation.setRegister, Register.edi, 0xdeadbeef);
    });
    core.run(FOREVER);
    expect(machine.savedRegisters[Register.edi]).toBe(0xdeadbeef);
  });

  it.each([
    [Operation.load, [DATA + 2]],
    [Operation.store, [DATA + 1, 0]],
    [Operation.fill, [DATA + 8, 0, 0, 1023]],
    [Operation.copyPage, [DATA + 4, STACK]],
  ])(
    'never means operation %i with operands outside a page: that is a bug',
    (operation, operands) => {
      const { core } = kernel(({ instructions }) => instructions.push(operation, ...operands));
      expect(() => core.run(FOREVER)).toThrow(/operand 0xc02.*bytes in one page/);
    },
  );

  it('never means an operation that does not exist', () => {
    const { core } = kernel(({ instructions }) => instructions.push(99 as Operation));
    expect(() => core.run(FOREVER)).toThrow('instruction 99: no such operation');
  });

  it('goes through a gate with `int n`, and is past it then', () => {
    const { core, code, machine } = kernel(({ instructions }) => {
      instructions.push(Operation.interrupt, 3);
    });
    machine.setGate(3, { privilege: 1 });
    expect(core.run(FOREVER)).toBe('trap');
    expect([core.exitVector, core.exitErrorCode]).toEqual([3, 0]);
    expect(code.instructions.position).toBe(instructionWords(Operation.interrupt));
  });

  it('is refused an `int n` that is not for it', () => {
    const { core, code } = kernel(({ instructions }) => {
      instructions.push(Operation.interrupt, 14);
    });
    expect(core.run(FOREVER)).toBe('trap');
    expect([core.exitVector, core.exitErrorCode]).toEqual([13, 14 * 8 + 2]);
    expect(code.instructions.position).toBe(0);
  });

  it('raises an exception whatever the privilege of its gate', () => {
    for (const [vector, given, pushed] of [
      [6, 5, 0],
      [13, 5, 5],
    ] as const) {
      const { core, code } = kernel(({ instructions }) => {
        instructions.push(Operation.raise, vector, given);
      });
      expect(core.run(FOREVER)).toBe('trap');
      expect([core.exitVector, core.exitErrorCode]).toEqual([vector, pushed]);
      expect(code.instructions.position).toBe(instructionWords(Operation.raise));
    }
  });

  it.each([
    [Operation.interrupt, 256, 'int 256: no such vector'],
    [Operation.raise, 2, 'exception 2: raised by no instruction'],
    [Operation.raise, 8, 'exception 8: raised by no instruction'],
    [Operation.raise, 14, 'exception 14: raised by no instruction'],
    [Operation.raise, 32, 'exception 32: raised by no instruction'],
  ])('never means operation %i with vector %i: that is a bug', (operation, vector, message) => {
    const { core } = kernel(({ instructions }) => instructions.push(operation, vector));
    expect(() => core.run(FOREVER)).toThrow(message);
  });

  it('keeps the laws of the counters for any program', () => {
    const address = fc.constantFrom(TEXT, DATA, STACK, DATA + 4096);
    const instruction = fc.tuple(
      fc.constantFrom(
        Operation.fetch,
        Operation.load,
        Operation.store,
        Operation.fill,
        Operation.copyPage,
      ),
      address,
      address,
      fc.nat(9),
      fc.nat(9),
    );
    fc.assert(
      fc.property(fc.array(instruction, { maxLength: 20 }), (program) => {
        const { core } = kernel(({ instructions }) => {
          for (const each of program) instructions.push(...each);
        });
        core.run(FOREVER);
        expect(brokenLaws(core.counters)).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('iret', () => {
  function frame(machine: TestMachine, words: readonly number[]): void {
    const at = frameWord(leafWord(machine, STACK)) + 1024 - words.length;
    for (const [i, word] of words.entries()) machine.host.words[at + i] = word;
    machine.core.registers[Register.esp] = STACK + 4096 - 4 * words.length;
  }

  it('to a process pops five words and ends the run', () => {
    const { core, machine, code } = kernel(({ instructions }) => instructions.push(Operation.iret));
    frame(machine, [0x08048123, Selector.userCode, 0x246, 0xbffff000, Selector.userData]);
    expect(core.run(FOREVER)).toBe('returned');
    const of = ['eip', 'cs', 'eflags', 'esp', 'ss'] as const;
    expect(of.map((name) => machine.register(Register[name]))).toEqual([
      0x08048123,
      Selector.userCode,
      0x246,
      0xbffff000,
      Selector.userData,
    ]);
    expect(code.instructions.position).toBe(instructionWords(Operation.iret));
    expect(code.log).toEqual(['resume']);
    core.run(FOREVER);
    expect(code.log).toEqual(['resume', 'resume', 'atLimit']);
    expect(core.counters.hardwareAccesses).toBe(2);
    expect(machine.now).toBe(2 * defaultCosts.walkLevel + defaultCosts.directTrap);
  });

  it('to the kernel itself pops three words and resumes there at once', () => {
    const { core, machine, code } = kernel(({ instructions }) => instructions.push(Operation.iret));
    frame(machine, [TEXT + 64, Selector.kernelCode, 0x202]);
    const resumed: number[] = [];
    code.onResume = (registers) => resumed.push(registers[Register.eip]! >>> 0);
    expect(core.run(FOREVER)).toBe('trap');
    expect(core.exitVector).toBe(0x1f);
    expect(resumed).toEqual([TEXT, TEXT + 64]);
    expect(machine.savedRegisters[Register.esp]).toBe(STACK + 4096);
  });

  it('cannot change the interrupt flag or the I/O privilege outside ring 0', () => {
    const { core, machine } = kernel(({ instructions }) => instructions.push(Operation.iret));
    frame(machine, [0, Selector.userCode, 0x3046, 0, Selector.userData]);
    core.run(FOREVER);
    expect(machine.register(Register.eflags)).toBe(0x246);
  });

  it.each([Selector.lguestCode, 0x62])(
    'to code selector %i is a general protection fault',
    (cs) => {
      const { core, machine, code } = kernel(({ instructions }) =>
        instructions.push(Operation.iret),
      );
      frame(machine, [0, cs, 0x202, 0, 0]);
      expect(core.run(FOREVER)).toBe('trap');
      expect([core.exitVector, core.exitErrorCode]).toEqual([13, cs & 0xfffc]);
      expect(code.instructions.position).toBe(0);
    },
  );

  it('to a process with a stack of another ring is a general protection fault', () => {
    const { core, machine, code } = kernel(({ instructions }) => instructions.push(Operation.iret));
    frame(machine, [0x08048123, Selector.userCode, 0x202, 0, Selector.kernelData]);
    expect(core.run(FOREVER)).toBe('trap');
    expect([core.exitVector, core.exitErrorCode]).toEqual([13, Selector.kernelData & 0xfffc]);
    expect(machine.savedRegisters[Register.cs]).toBe(Selector.kernelCode);
    expect(code.instructions.position).toBe(0);
  });

  it.each([
    ['first', 4096],
    ['second', -12],
  ])('faults when the %s page of its frame is not mapped, and has changed nothing', (_name, at) => {
    const { core, machine, code } = kernel(({ instructions }) => instructions.push(Operation.iret));
    const words = frameWord(leafWord(machine, STACK));
    machine.host.words[words + 1021] = 0x08048123;
    machine.host.words[words + 1022] = Selector.userCode;
    const esp = STACK + 4096 + (at < 0 ? at : 0);
    machine.core.registers[Register.esp] = esp;
    expect(core.run(FOREVER)).toBe('trap');
    expect([core.exitVector, core.exitErrorCode, core.exitAddress]).toEqual([14, 0, STACK + 4096]);
    expect(machine.savedRegisters[Register.esp]).toBe(esp);
    expect(code.instructions.position).toBe(0);
    expect(brokenLaws(core.counters)).toEqual([]);
  });
});
