// SPDX-License-Identifier: GPL-2.0-or-later
import { GateType, Register, Selector } from '@lguest-sim/abi';
import { AccessKind } from '@lguest-sim/trace';
import { Operation, pae, pagingFormats } from '@lguest-sim/x86';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TIMER_VECTOR, brokenLaws } from '../src/index.js';
import { ScriptedCode } from './support/scripted-code.js';
import type { TestAccess } from './support/scripted-code.js';
import { KERNEL_RW, TestMachine } from './support/test-machine.js';

const FOREVER = 1e15;
const PROGRAM = 0x08048000;

const loadsOf = (address: number, count: number): TestAccess[] =>
  Array.from({ length: count }, () => ({ address, kind: AccessKind.load, size: 4 }));

describe('a host CPU', () => {
  it('has nothing to run before a guest was entered', () => {
    expect(() => new TestMachine({ cpu: 2 }).core.run(1)).toThrow(
      'host CPU 2: no guest was entered',
    );
  });

  it('runs a process until its trace is used up, and goes on when more has arrived', () => {
    const machine = new TestMachine();
    machine.map(PROGRAM);
    const code = new ScriptedCode(loadsOf(PROGRAM, 3));
    machine.enterUser(code);
    expect(machine.core.run(FOREVER)).toBe('starved');
    const then = machine.now;
    expect(machine.core.run(FOREVER)).toBe('starved');
    expect(machine.now).toBe(then);
    code.accesses.position = 0;
    machine.core.run(FOREVER);
    expect(machine.core.counters.accesses).toBe(6);
    expect(code.log).toEqual(['resume', 'atLimit', 'atLimit', 'atLimit']);
  });

  it('takes the host timer interrupt at the deadline', () => {
    const machine = new TestMachine();
    machine.map(PROGRAM);
    const code = new ScriptedCode(loadsOf(PROGRAM, 100));
    machine.enterUser(code);
    expect(machine.core.run(50)).toBe('trap');
    const { exitVector, exitErrorCode, exitAddress } = machine.core;
    expect([exitVector, exitErrorCode, exitAddress]).toEqual([TIMER_VECTOR, 0, 0]);
    expect(machine.savedRegisters[Register.trapNumber]).toBe(239);
    expect(code.accesses.position).toBe(50 - 32);
  });

  it('takes it between two instructions of a guest kernel, too', () => {
    const machine = new TestMachine();
    machine.map(0xc0100000, KERNEL_RW);
    const code = new ScriptedCode();
    for (let i = 0; i < 99; i++) code.instructions.push(Operation.load, 0xc0100000);
    machine.enterKernel(code);
    expect(machine.core.run(40)).toBe('trap');
    expect(machine.core.exitVector).toBe(TIMER_VECTOR);
    expect(code.instructions.results).toHaveLength(40 - 32);
    machine.enterKernel(code);
    machine.core.run(machine.now + 2 * 32 + 10);
    expect(code.instructions.results.length).toBeGreaterThan(8);
  });

  it('takes it at once when the time is up before anything ran', () => {
    const machine = new TestMachine();
    const code = new ScriptedCode();
    machine.enterUser(code);
    expect(machine.core.run(0)).toBe('trap');
    expect(code.log).toEqual([]);
  });

  it('asks the guest kernel for more when its instructions are done', () => {
    const machine = new TestMachine();
    machine.map(0xc0100000, KERNEL_RW);
    const code = new ScriptedCode();
    code.instructions.push(Operation.load, 0xc0100000);
    code.onAdvance = () => {
      expect(code.instructions.results.values()).toEqual([0]);
      code.instructions.clear();
      code.instructions.push(Operation.hypercall, 10);
      return true;
    };
    machine.enterKernel(code);
    machine.core.run(FOREVER);
    expect(machine.core.exitVector).toBe(0x1f);
    expect(code.log).toEqual(['resume', 'advance']);
  });

  it.each([true, false])('throws when it gets none, having said %s', (answer) => {
    const machine = new TestMachine();
    const code = new ScriptedCode();
    code.onAdvance = () => answer;
    machine.enterKernel(code);
    expect(() => machine.core.run(FOREVER)).toThrow('the guest kernel has no further instruction');
  });

  it('does not execute the Switcher: after a trap a guest must be entered first', () => {
    const machine = new TestMachine();
    machine.enterUser(new ScriptedCode(loadsOf(PROGRAM, 1)));
    machine.core.run(FOREVER);
    expect(() => machine.core.run(FOREVER)).toThrow('host CPU 0: no guest code at cs 0x50');
  });

  it('makes a system call through a direct gate and returns from it', () => {
    const machine = new TestMachine();
    machine.map(PROGRAM);
    machine.map(0xc0300000, KERNEL_RW);
    machine.setKernelStack(0xc0301000);
    const gate = { selector: Selector.kernelCode, offset: 0xc0100040, type: GateType.trap };
    machine.setGate(0x80, { ...gate, privilege: 3 });
    const code = new ScriptedCode(loadsOf(PROGRAM, 4));
    code.onLimit = () => 'system-call';
    const places: number[] = [];
    code.onResume = (registers) => {
      places.push(registers[Register.eip]! >>> 0);
      if (registers[Register.cs] === Selector.kernelCode) code.instructions.push(Operation.iret);
      else code.accesses.position = 0;
    };
    machine.enterUser(code);
    const { core } = machine;
    const exits = Array.from({ length: 4 }, () => core.run(FOREVER));
    expect(exits).toEqual(['direct-trap', 'returned', 'direct-trap', 'returned']);
    expect(places).toEqual([PROGRAM, 0xc0100040, PROGRAM, 0xc0100040]);
    expect(core.counters).toMatchObject({ accesses: 8, pageFaults: 0 });
    expect(machine.register(Register.esp)).toBe(0xbffff000);
    expect(brokenLaws(core.counters)).toEqual([]);
  });
});

describe.each(Object.values(pagingFormats))('a snapshot of a host CPU, $name', (format) => {
  const vpns = [0x08048, 0x08049, 0x0804a, 0x48000, 0xbfffe];
  const access = fc.record({
    address: fc
      .tuple(fc.constantFrom(...vpns), fc.nat(1000))
      .map(([vpn, word]) => vpn * 4096 + word * 4),
    kind: fc.constantFrom(AccessKind.fetch, AccessKind.load, AccessKind.store),
    size: fc.constantFrom(1, 4),
  });

  function start(accesses: readonly TestAccess[]) {
    const machine = new TestMachine({ format, frames: 64, tlb: { entries: 4, ways: 2 } });
    for (const vpn of vpns) machine.map(vpn * 4096);
    machine.load();
    // An edit that the latched top level hides: only a restored latch still finds the page.
    if (format === pae) machine.host.words[machine.entry(0x48000000, 0)] = 0;
    const code = new ScriptedCode(accesses);
    machine.enterUser(code);
    return { machine, code };
  }

  it('taken in the middle of a batch goes on as the original does', () => {
    fc.assert(
      fc.property(
        fc.array(access, { minLength: 2, maxLength: 60 }),
        fc.integer({ min: 1, max: 600 }),
        (accesses, cycles) => {
          const original = start(accesses);
          original.machine.core.run(cycles);
          const copy = start(accesses);
          copy.machine.core.restore(structuredClone(original.machine.core.snapshot()), copy.code);
          copy.machine.host.restore(original.machine.host.snapshot());
          copy.machine.clock.now.set(original.machine.clock.now);
          copy.code.accesses.position = original.code.accesses.position;
          copy.code.checksum = original.code.checksum;
          copy.code.storeToken = original.code.storeToken;
          for (const { machine, code } of [original, copy]) {
            if (machine.core.registers[Register.cs] !== Selector.userCode) machine.enterUser(code);
            machine.core.run(FOREVER);
          }
          const state = ({ machine, code }: typeof copy): unknown => [
            machine.core.snapshot(),
            machine.now,
            code.checksum,
            code.accesses.position,
          ];
          expect(state(copy)).toEqual(state(original));
          const memories = [copy, original].map(({ machine }) => machine.host.bytes);
          expect(Buffer.compare(memories[0]!, memories[1]!)).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('remembers that the guest has still to be told where it goes on', () => {
    const { machine, code } = start([]);
    const snapshot = machine.core.snapshot();
    const copy = new TestMachine({ format, frames: 64, tlb: { entries: 4, ways: 2 } });
    copy.core.restore(snapshot, code);
    copy.core.run(FOREVER);
    expect(code.log).toEqual(['resume', 'atLimit']);
  });

  it('holds no view of live state', () => {
    const { machine } = start([{ address: 0x08048000, kind: AccessKind.store, size: 4 }]);
    const snapshot = machine.core.snapshot();
    const before = structuredClone(snapshot);
    machine.core.run(FOREVER);
    expect(snapshot).toEqual(before);
  });
});
