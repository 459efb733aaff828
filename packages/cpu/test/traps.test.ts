// SPDX-License-Identifier: GPL-2.0-or-later
import { GateType, Register, Selector, Tss, registersAddress, stateAddress } from '@lguest-sim/abi';
import { defaultCosts } from '@lguest-sim/bus';
import { AccessKind } from '@lguest-sim/trace';
import { Flag, pagingFormats } from '@lguest-sim/x86';
import { describe, expect, it } from 'vitest';
import { Traps } from '../src/core/traps.js';
import { TripleFault, brokenLaws } from '../src/index.js';
import { ScriptedCode } from './support/scripted-code.js';
import { KERNEL_RO, KERNEL_RW, TestMachine, stubAddress } from './support/test-machine.js';

const FOREVER = 1e15;
const HANDLER = 0xc0104567;
const STACK_TOP = 0xc0203000;

/** A process that reads one page, and has all registers set. */
function process(machine: TestMachine, address: number): ScriptedCode {
  const code = new ScriptedCode([{ address, kind: AccessKind.load, size: 4 }]);
  for (let i = Register.eax; i <= Register.es; i++) machine.core.registers[i] = 0x1000 + i;
  machine.enterUser(code);
  return code;
}

/** A machine whose guest kernel takes system calls directly, on a stack of one page. */
function directMachine(stackFlags = KERNEL_RW): TestMachine {
  const machine = new TestMachine();
  machine.setGate(0x80, {
    selector: Selector.kernelCode,
    offset: HANDLER,
    type: GateType.trap,
    privilege: 3,
  });
  machine.setKernelStack(STACK_TOP);
  if (stackFlags !== 0) machine.map(STACK_TOP - 4096, stackFlags);
  return machine;
}

function systemCaller(machine: TestMachine): ScriptedCode {
  const code = new ScriptedCode();
  code.onLimit = (registers) => {
    registers[Register.eax] = 45;
    return 'system-call';
  };
  machine.enterUser(code);
  return code;
}

describe.each(Object.values(pagingFormats))('a trap to the Switcher, $name', (format) => {
  it('writes all 18 registers into the regs page that is mapped in the slot', () => {
    const machine = new TestMachine({ format, cpu: 1 });
    process(machine, 0x09000010);
    expect(machine.core.run(FOREVER)).toBe('trap');
    expect(machine.savedRegisters).toEqual([
      ...Array.from({ length: 11 }, (_, i) => 0x1000 + i),
      14,
      4,
      0x08048000,
      Selector.userCode,
      0x202,
      0xbffff000,
      Selector.userData,
    ]);
    expect(brokenLaws(machine.core.counters)).toEqual([]);
  });

  it('goes to the gate of ring 0, on the stack below TSS.sp0, with interrupts off', () => {
    const machine = new TestMachine({ format });
    process(machine, 0x09000010);
    machine.core.run(FOREVER);
    expect(machine.register(Register.cs)).toBe(Selector.lguestCode);
    expect(machine.register(Register.eip)).toBe(stubAddress(14));
    expect(machine.register(Register.ss)).toBe(Selector.lguestData);
    expect(machine.register(Register.esp)).toBe(registersAddress(machine.layout, 0) + 0xfb8);
    expect(machine.register(Register.eflags)).toBe(2);
  });
});

describe('a trap to the Switcher', () => {
  it('tells vector, error code and address of a page fault', () => {
    const machine = new TestMachine();
    process(machine, 0xbfff0010);
    machine.core.run(FOREVER);
    const { exitVector, exitErrorCode, exitAddress, cr2 } = machine.core;
    expect([exitVector, exitErrorCode, exitAddress, cr2]).toEqual([14, 4, 0xbfff0010, 0xbfff0010]);
  });

  it('reaches another page when another vCPU is mapped in the slot', () => {
    const machine = new TestMachine();
    const other = machine.map(registersAddress(machine.layout, 0), KERNEL_RW);
    machine.load();
    process(machine, 0x09000010);
    machine.core.run(FOREVER);
    expect(machine.savedRegisters.every((word) => word === 0)).toBe(true);
    expect(machine.host.words[other * 1024 + 1023]).toBe(Selector.userData);
  });

  it('counts gate, TSS and frame as accesses of the hardware', () => {
    const machine = new TestMachine();
    process(machine, 0x09000010);
    machine.core.run(FOREVER);
    expect(machine.core.counters.hardwareAccesses).toBe(3);
  });

  it('is a triple fault when the regs page is read-only: the host is lost', () => {
    const machine = new TestMachine();
    machine.map(registersAddress(machine.layout, 0), KERNEL_RO);
    machine.load();
    process(machine, 0x09000010);
    const error = captured(() => machine.core.run(FOREVER));
    expect(error).toBeInstanceOf(TripleFault);
    expect((error as TripleFault).details).toEqual({
      cpu: 0,
      vector: 14,
      address: registersAddress(machine.layout, 0) + 0xfb8,
      cr3: machine.top * 4096,
    });
    expect(String(error)).toContain(
      'triple fault on host CPU 0: vector 14, register frame at 0xfff',
    );
  });

  it('is a triple fault when the state page is not mapped', () => {
    const machine = new TestMachine();
    machine.setLeaf(stateAddress(machine.layout, 0), 0);
    machine.load();
    process(machine, 0x09000010);
    expect(() => machine.core.run(FOREVER)).toThrow('vector 14, gate at 0xfff');
  });

  it.each([
    ['not present', { present: false }],
    ['of ring 3', { selector: Selector.userCode }],
  ])('throws when the gate is %s, which lguest never makes', (_name, gate) => {
    const machine = new TestMachine();
    machine.setGate(14, gate);
    process(machine, 0x09000010);
    expect(() => machine.core.run(FOREVER)).toThrow("none of lguest's");
  });

  it('throws when TSS.sp0 is not the end of a regs page', () => {
    const machine = new TestMachine();
    machine.setTss(Tss.sp0, registersAddress(machine.layout, 0) + 0x10);
    process(machine, 0x09000010);
    expect(() => machine.core.run(FOREVER)).toThrow('TSS.sp0 is 0xfff');
  });
});

describe('a direct trap', () => {
  it('pushes ss, esp, eflags, cs and eip on the stack of the TSS and goes to ring 1', () => {
    const machine = directMachine();
    systemCaller(machine);
    expect(machine.core.run(FOREVER)).toBe('direct-trap');
    const top = (machine.leaf(STACK_TOP - 4096) >>> 12) * 1024 + 1024;
    expect([...machine.host.words.subarray(top - 5, top)].map((word) => word >>> 0)).toEqual([
      0x08048000,
      Selector.userCode,
      0x202,
      0xbffff000,
      Selector.userData,
    ]);
    expect(machine.register(Register.esp)).toBe(STACK_TOP - 20);
    expect(machine.register(Register.ss)).toBe(Selector.kernelData);
    expect(machine.register(Register.cs)).toBe(Selector.kernelCode);
    expect(machine.register(Register.eip)).toBe(HANDLER);
    expect(machine.register(Register.eax)).toBe(45);
    expect(machine.core.exitVector).toBe(0x80);
  });

  it('leaves interrupts on through a trap gate, clears the trap flag, and costs its cycles', () => {
    const machine = directMachine();
    systemCaller(machine);
    machine.core.registers[Register.eflags] = 0x14302;
    machine.core.run(FOREVER);
    expect(machine.register(Register.eflags)).toBe(0x202);
    const walks = machine.core.counters.pageWalks * 2 * defaultCosts.walkLevel;
    expect(machine.now).toBe(walks + defaultCosts.directTrap);
  });

  it('crosses a page on the stack if it has to', () => {
    const machine = directMachine();
    const low = machine.map(STACK_TOP - 8192, KERNEL_RW);
    machine.setKernelStack(STACK_TOP - 4096 + 8);
    systemCaller(machine);
    machine.core.run(FOREVER);
    const high = machine.leaf(STACK_TOP - 4096) >>> 12;
    const { words } = machine.host;
    expect([...words.subarray(high * 1024, high * 1024 + 2)].map((word) => word >>> 0)).toEqual([
      0xbffff000,
      Selector.userData,
    ]);
    expect(words[low * 1024 + 1021]! >>> 0).toBe(0x08048000);
    expect(machine.core.counters.hardwareAccesses).toBe(4);
  });

  it('pushes whole words on a stack that the guest has left unaligned', () => {
    const machine = directMachine();
    machine.setKernelStack(STACK_TOP - 6);
    systemCaller(machine);
    machine.core.run(FOREVER);
    const end = ((machine.leaf(STACK_TOP - 4096) >>> 12) + 1) * 4096 - 6;
    const view = new DataView(machine.host.buffer);
    expect(view.getUint32(end - 4, true)).toBe(Selector.userData);
    expect(view.getUint32(end - 20, true)).toBe(0x08048000);
  });

  it.each([
    ['not mapped', 0, 2],
    ['read-only', KERNEL_RO, 3],
  ])(
    'is a page fault in the host when the stack is %s, and then tried again',
    (_name, flags, code) => {
      const machine = directMachine(flags);
      const caller = systemCaller(machine);
      expect(machine.core.run(FOREVER)).toBe('trap');
      const { exitVector, exitErrorCode, exitAddress } = machine.core;
      expect([exitVector, exitErrorCode]).toEqual([14, code]);
      expect(exitAddress >>> 12).toBe((STACK_TOP - 1) >>> 12);
      expect(machine.savedRegisters[Register.eip]).toBe(0x08048000);
      expect(machine.savedRegisters[Register.cs]).toBe(Selector.userCode);
      machine.map(STACK_TOP - 4096, KERNEL_RW);
      machine.enterUser(caller);
      expect(machine.core.run(FOREVER)).toBe('direct-trap');
      expect(caller.log).toEqual(['resume', 'atLimit', 'resume', 'atLimit']);
    },
  );

  it('writes nothing when the second page of the frame faults', () => {
    const machine = directMachine();
    machine.setKernelStack(STACK_TOP - 4096 + 8);
    systemCaller(machine);
    machine.core.run(FOREVER);
    expect(machine.core.exitVector).toBe(14);
    const high = machine.leaf(STACK_TOP - 4096) >>> 12;
    expect(machine.host.words[high * 1024]).toBe(0);
    expect(brokenLaws(machine.core.counters)).toEqual([]);
  });

  it('stays on the current stack when ring 1 itself traps, and pushes no ss and esp', () => {
    const machine = directMachine();
    machine.setGate(6, { selector: Selector.kernelCode, offset: HANDLER, type: GateType.trap });
    machine.enterKernel(new ScriptedCode(), 0xc0100000, STACK_TOP - 64);
    const traps = trapsOf(machine);
    expect(traps.deliver(6, 0)).toBe('direct-trap');
    expect(machine.register(Register.esp)).toBe(STACK_TOP - 64 - 12);
    expect(machine.register(Register.ss)).toBe(Selector.kernelData);
  });

  it('pushes the error code of a vector that has one', () => {
    const machine = directMachine();
    machine.setGate(17, { selector: Selector.kernelCode, offset: HANDLER, type: GateType.trap });
    machine.enterUser(new ScriptedCode());
    trapsOf(machine).deliver(17, 0xabc);
    const top = (machine.leaf(STACK_TOP - 4096) >>> 12) * 1024 + 1024;
    expect(machine.host.words[top - 6]).toBe(0xabc);
    expect(machine.register(Register.esp)).toBe(STACK_TOP - 24);
  });

  it('is a double fault when pushing for a fault of its own kind fails', () => {
    const machine = directMachine(0);
    machine.setGate(0, { selector: Selector.kernelCode, offset: HANDLER, type: GateType.trap });
    machine.enterUser(new ScriptedCode());
    const traps = trapsOf(machine);
    expect(traps.deliver(0, 0)).toBe('trap');
    expect([traps.vector, traps.errorCode]).toEqual([8, 0]);
    expect(machine.savedRegisters[Register.eip]).toBe(0x08048000);
  });

  it('is a triple fault when even the double fault cannot be pushed', () => {
    const machine = directMachine(0);
    for (const vector of [0, 8]) {
      machine.setGate(vector, { selector: Selector.kernelCode, offset: HANDLER });
    }
    machine.enterUser(new ScriptedCode());
    expect(() => trapsOf(machine).deliver(0, 0)).toThrow('vector 8, guest stack at 0xc0202');
  });
});

describe('a software interrupt', () => {
  it('of the hypercall vector is a general protection fault in ring 3', () => {
    const machine = new TestMachine();
    machine.enterUser(new ScriptedCode());
    const traps = trapsOf(machine);
    expect(traps.softwareInterrupt(0x1f)).toBe('trap');
    expect([traps.vector, traps.errorCode, traps.address]).toEqual([13, 0x1f * 8 + 2, 0]);
    expect(machine.savedRegisters[Register.trapNumber]).toBe(13);
  });

  it('of the hypercall vector reaches the Switcher from ring 1', () => {
    const machine = new TestMachine();
    machine.enterKernel(new ScriptedCode());
    const traps = trapsOf(machine);
    expect(traps.softwareInterrupt(0x1f)).toBe('trap');
    expect([traps.vector, traps.errorCode]).toEqual([0x1f, 0]);
  });

  it('of a system call whose gate is still the default one is a general protection fault', () => {
    const machine = new TestMachine();
    systemCaller(machine);
    expect(machine.core.run(FOREVER)).toBe('trap');
    expect([machine.core.exitVector, machine.core.exitErrorCode]).toEqual([13, 0x402]);
  });
});

describe('the flags of the pages that the CPU uses itself', () => {
  it('show that it used them', () => {
    const machine = new TestMachine();
    process(machine, 0x09000010);
    machine.core.run(FOREVER);
    const used = Flag.accessed | Flag.dirty;
    expect(machine.leaf(stateAddress(machine.layout, 0)) & used).toBe(Flag.accessed);
    expect(machine.leaf(registersAddress(machine.layout, 0)) & used).toBe(used);
  });
});

/** Traps of their own on a machine's MMU and registers. */
function trapsOf(machine: TestMachine): Traps {
  return new Traps(machine.core.mmu, machine.core.registers, machine.cpu, machine.layout);
}

function captured(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
