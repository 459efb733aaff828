// SPDX-License-Identifier: GPL-2.0-or-later
import { Register } from '@lguest-sim/abi';
import type { TraceEvent } from '@lguest-sim/trace';
import { pagingFormats, twoLevel } from '@lguest-sim/x86';
import { describe, expect, it } from 'vitest';
import { FlatGuest } from './support/guest.js';
import { interpret, systemCall, type Program } from './support/program.js';
import { small } from './support/programs.js';

function withEvents(events: readonly TraceEvent[]): Program {
  return { accesses: small.accesses, events };
}

describe.each(Object.values(pagingFormats))('system calls under $name paging', (format) => {
  it('are counted by name and passed over, wherever they stand', () => {
    const program = withEvents([
      systemCall(0, 45, 'brk'),
      systemCall(3, 45, 'brk'),
      systemCall(3, 5, 'open'),
      systemCall(8, 4, 'write'),
    ]);
    const guest = new FlatGuest({ format, programs: [program] });
    guest.run();
    expect(guest.kernel.results()[0]).toMatchObject({
      ...interpret(program),
      status: 'end-of-trace',
      systemCalls: { brk: 2, open: 1, write: 1 },
    });
  });

  it('end the process as exited if exit_group was among them', () => {
    const guest = new FlatGuest({
      format,
      programs: [withEvents([systemCall(8, 252, 'exit_group')])],
    });
    guest.run();
    expect(guest.kernel.results()[0]).toMatchObject({
      ...interpret(small),
      status: 'exit',
      systemCalls: { exit_group: 1 },
    });
    expect(guest.kernel.takeEvents()).toEqual([
      { kind: 'booted' },
      { kind: 'process-ended', process: 0, exit: 'exit' },
    ]);
  });

  it('lose no access that follows an exit_group', () => {
    const guest = new FlatGuest({
      format,
      programs: [withEvents([systemCall(2, 252, 'exit_group')])],
    });
    guest.run();
    expect(guest.kernel.results()[0]).toMatchObject({ ...interpret(small), status: 'exit' });
  });
});

describe('what a process sees of a system call', () => {
  const outcomes: [object, number][] = [
    [{ result: 7 }, 7],
    [{ result: 2, failed: true }, -2],
    [{ result: null }, -38],
  ];

  it.each(outcomes)('is the outcome that was traced: %o', (outcome, value) => {
    const call = { ...systemCall(4, 20, 'getpid'), ...outcome } as TraceEvent;
    const guest = new FlatGuest({ format: twoLevel, programs: [withEvents([call])] });
    guest.run(() => guest.kernel.results()[0]!.accesses === 5);
    expect(guest.cpu.registers[Register.eax]).toBe(value);
  });

  it('is nothing in any other register', () => {
    const program = withEvents([systemCall(4, 20, 'getpid')]);
    const guest = new FlatGuest({ format: twoLevel, programs: [program], batchCapacity: 64 });
    guest.run(() => guest.kernel.results()[0]!.accesses === 4);
    const { registers } = guest.cpu;
    const own = [
      Register.ebx,
      Register.ecx,
      Register.edx,
      Register.esi,
      Register.edi,
      Register.ebp,
    ];
    own.forEach((register, index) => (registers[register] = 1000 + index));
    const before = registers.slice();
    guest.run(() => guest.kernel.results()[0]!.accesses === 5);
    before[Register.eax] = 0;
    expect(registers).toEqual(before);
  });

  it('is nothing at all of a page fault', () => {
    const guest = new FlatGuest({ format: twoLevel, programs: [small] });
    guest.run(() => guest.kernel.results()[0]!.accesses === 4);
    const { registers } = guest.cpu;
    for (let register = 0; register <= Register.ebp; register++)
      registers[register] = 77 + register;
    const before = registers.slice();
    guest.run(() => guest.kernel.results()[0]!.accesses === 5);
    expect(guest.kernel.results()[0]!.demandZeroFaults).toBe(3);
    expect(registers).toEqual(before);
  });
});

describe('the outcome of a call that blocked', () => {
  it('stops nobody', () => {
    const result: TraceEvent = {
      kind: 'system-call-result',
      position: 5,
      number: 114,
      name: 'wait4',
      result: 0,
      failed: false,
      line: 9,
      callLine: 2,
    };
    const events = [{ ...result, position: 0 }, systemCall(1, 114, 'wait4'), result];
    const guest = new FlatGuest({ format: twoLevel, programs: [withEvents(events)] });
    guest.run();
    expect(guest.kernel.results()[0]).toMatchObject({
      ...interpret(small),
      systemCalls: { wait4: 1 },
    });
  });
});

describe('the CPU’s question at the end of the accesses', () => {
  it('has the same answer until the trap arrives', () => {
    const program = withEvents([systemCall(4, 20, 'getpid')]);
    const guest = new FlatGuest({ format: twoLevel, programs: [program] });
    guest.run(() => guest.cpu.inUser && guest.kernel.results()[0]!.accesses === 4);
    const registers = guest.cpu.registers.slice();
    for (let time = 0; time < 3; time++) {
      expect(guest.kernel.atLimit(registers)).toBe('system-call');
      expect(registers[Register.eax]).toBe(20);
    }
    guest.run();
    expect(guest.kernel.results()[0]!.systemCalls).toEqual({ getpid: 1 });
  });

  it('counts a batch once, however often it is found used up', () => {
    const guest = new FlatGuest({ format: twoLevel, programs: [small], batchCapacity: 4 });
    guest.run(() => guest.kernel.results()[0]!.accesses === 4 && guest.cpu.inUser);
    const registers = guest.cpu.registers.slice();
    for (let time = 0; time < 3; time++) {
      expect(guest.kernel.atLimit(registers)).toBe('starved');
      expect(guest.kernel.results()[0]!.accesses).toBe(4);
    }
    expect(guest.kernel.process(0).awaitsInput).toBe(true);
  });

  it('refuses input that was not asked for', () => {
    const guest = new FlatGuest({ format: twoLevel, programs: [small] });
    guest.kernel.supply(0, false);
    expect(() => guest.kernel.supply(0, false)).toThrow('process 0 (program 0): awaits no input');
    expect(() => guest.kernel.supply(1, false)).toThrow('no process 1 of 1');
  });
});
