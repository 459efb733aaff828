// SPDX-License-Identifier: GPL-2.0-or-later
import { Register } from '@lguest-sim/abi';
import { pagingFormats, twoLevel } from '@lguest-sim/x86';
import { describe, expect, it } from 'vitest';
import { kernelLayout } from '../src/core/layout.js';
import { FlatGuest, storeTokenOf } from './support/guest.js';
import { interpret } from './support/program.js';
import { small, sweep } from './support/programs.js';

describe.each(Object.values(pagingFormats))('out of guest memory under $name paging', (format) => {
  // Enough for two processes and some pages.
  const memoryPages = kernelLayout(format, 1024).firstFree + 60;

  it('kills the process that asks, and the others go on', () => {
    const programs = [sweep(100), small];
    const guest = new FlatGuest({ format, programs, memoryPages });
    const before = guest.kernel.freeFrames;
    guest.run();
    const [killed, other] = guest.kernel.results();
    expect(killed).toMatchObject({ status: 'killed', reason: 'out of guest memory' });
    expect(killed!.accesses).toBeGreaterThan(60);
    expect(killed!.accesses).toBeLessThan(200);
    expect(other).toMatchObject({
      ...interpret(small, storeTokenOf(1)),
      status: 'end-of-trace',
    });
    expect(guest.kernel.freeFrames).toBe(before);
    expect(guest.cpu.message).toBe('Power down');
  });

  it('does not let a process start whose tables and stack find no room', () => {
    const programs = Array.from({ length: 25 }, () => small);
    const guest = new FlatGuest({ format, programs, memoryPages });
    const before = guest.kernel.freeFrames;
    guest.run();
    const results = guest.kernel.results();
    const killed = results.filter(({ status }) => status === 'killed');
    expect(killed.length).toBeGreaterThan(0);
    for (const result of killed) expect(result.reason).toBe('out of guest memory');
    expect(results.some(({ status }) => status === 'end-of-trace')).toBe(true);
    expect(guest.kernel.freeFrames).toBe(before);
    expect(guest.kernel.takeEvents().filter(({ kind }) => kind === 'process-ended')).toHaveLength(
      25,
    );
  });
});

describe('what a process may not do', () => {
  it('kills it: touch the kernel', () => {
    const program = { accesses: [...small.accesses, ['load', 0xc0100000, 4] as const] };
    const guest = new FlatGuest({ format: twoLevel, programs: [program, small] });
    guest.run();
    const [killed, other] = guest.kernel.results();
    expect(killed).toMatchObject({
      status: 'killed',
      reason: 'access to an address that is not its own',
      accesses: small.accesses.length,
      pagesTouched: 3,
    });
    expect(other!.status).toBe('end-of-trace');
  });

  it('kills it: divide by zero', () => {
    const guest = new FlatGuest({ format: twoLevel, programs: [small, small] });
    guest.run(() => guest.kernel.results()[0]!.accesses === 4);
    guest.cpu.raise(0);
    guest.run();
    expect(guest.kernel.results().map(({ status }) => status)).toEqual(['killed', 'end-of-trace']);
    expect(guest.kernel.results()[0]!.reason).toBe('exception that it did not handle');
  });
});

describe('a fault that the guest’s tables do not explain', () => {
  it('makes no new page: the access just goes again', () => {
    const guest = new FlatGuest({ format: twoLevel, programs: [small] });
    guest.run(() => guest.kernel.results()[0]!.accesses === 4);
    const data = guest.kernel.layout.guestData;
    guest.cpu.memory.write(data + 8, 0x08049120);
    guest.cpu.raise(14);
    guest.run();
    expect(guest.kernel.results()[0]).toMatchObject({ ...interpret(small), demandZeroFaults: 3 });
  });
});

describe('an error in the kernel', () => {
  it('is a panic, with a message for the host: a page fault', () => {
    const guest = new FlatGuest({ format: twoLevel, programs: [small] });
    // The load of the top-level entry is done, and the step that judges it comes next.
    const { kernel } = guest;
    guest.run(() => kernel.place === 'page fault: begin' && kernel.instructions.isEmpty);
    // The process's table says that its leaf table is where no memory is shown.
    const { memory } = guest.cpu;
    memory.write(memory.cr3 + 0x20 * 4, 0x20000067);
    kernel.instructions.results.words[0] = 0x20000067;
    guest.run();
    expect(guest.cpu.message).toMatch(/^page fault in the kernel at 0xe0000[0-9a-f]{3}$/);
    expect(guest.kernel.panicMessage).toBe(guest.cpu.message);
    expect(guest.kernel.takeEvents().at(-1)).toEqual({
      kind: 'panicked',
      message: guest.cpu.message,
    });
  });

  it('is a panic: an exception', () => {
    const guest = new FlatGuest({ format: twoLevel, programs: [small] });
    guest.run(() => guest.kernel.place === 'page fault: look');
    guest.cpu.raise(6);
    guest.run();
    expect(guest.cpu.message).toBe('trap 6 in the kernel');
  });

  it('is a panic: a return to where no code is', () => {
    const guest = new FlatGuest({ format: twoLevel, programs: [small] });
    guest.run(() => guest.kernel.place === 'page fault: look');
    guest.cpu.registers[Register.eip] = 0xc0109999;
    guest.cpu.retry();
    guest.run();
    expect(guest.cpu.message).toBe('return to 0xc0109999, which is nowhere in the kernel');
  });

  it('is told once, and ends the machine all the same, if the panic itself goes wrong', () => {
    const guest = new FlatGuest({ format: twoLevel, programs: [small] });
    guest.run(() => guest.kernel.place === 'page fault: look');
    guest.cpu.raise(6);
    guest.run(() => guest.kernel.place === 'panic: begin');
    guest.cpu.raise(13);
    guest.run();
    expect(guest.kernel.panicMessage).toBe('trap 6 in the kernel');
    const events = guest.kernel.takeEvents();
    expect(events.filter(({ kind }) => kind === 'panicked')).toHaveLength(1);
  });

  it('is thrown if it is the CPU’s: user mode while the kernel has work to do', () => {
    const guest = new FlatGuest({ format: twoLevel, programs: [small] });
    guest.run(() => guest.kernel.place === 'page fault: look');
    const registers = guest.cpu.registers.slice();
    registers[Register.cs] = 0x73;
    expect(() => guest.kernel.resume(registers)).toThrow(/^user mode at 0xc[0-9a-f]+, kernel at/);
  });

  it('leaves nothing to execute once the machine is off', () => {
    const guest = new FlatGuest({ format: twoLevel, programs: [] });
    guest.run();
    while (guest.kernel.advance(guest.cpu.registers)) guest.kernel.instructions.clear();
    expect(guest.kernel.advance(guest.cpu.registers)).toBe(false);
  });
});
