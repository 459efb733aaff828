// SPDX-License-Identifier: GPL-2.0-or-later
import { GuestData } from '@lguest-sim/abi';
import { describe, expect, test } from 'vitest';
import { leafOf } from './support/shadow.js';
import { KERNEL, TestMachine, formats } from './support/test-machine.js';

const ESP = KERNEL + 0x8000;

describe.each(formats)('the kernel’s stack, $name', (format) => {
  test('is pinned page by page below its top', () => {
    const machine = new TestMachine({ format });
    const gpgdir = machine.boot();
    machine.map(gpgdir, ESP - 1, 5, 0x03);
    machine.map(gpgdir, ESP - 1 - 4096, 6, 0x03);
    machine.mmu.setStack(0, ESP, 0x69, 2);
    expect(leafOf(machine, ESP - 4096)!.flags).toBe(0x63);
    expect(leafOf(machine, ESP - 8192)!.flags).toBe(0x63);
    expect(machine.mmu.stackPages).toBe(2);
  });

  test('takes no walk of the guest’s tables where it is mapped writable', () => {
    const machine = new TestMachine({ format });
    const gpgdir = machine.boot();
    machine.map(gpgdir, ESP - 1, 5, 0x03);
    machine.mmu.setStack(0, ESP, 0x69, 1);
    const { demandPages } = machine.mmu.counters;
    machine.mmu.pinStackPages(0);
    expect(machine.mmu.counters.demandPages).toBe(demandPages);
  });

  test('in a segment that is not the guest kernel’s kills', () => {
    const machine = new TestMachine({ format });
    machine.boot();
    machine.mmu.setStack(0, ESP, 0x6b, 0);
    expect(machine.killed).toBe('bad stack segment 107');
  });

  test('cannot be in the Switcher', () => {
    const machine = new TestMachine({ format });
    machine.boot();
    machine.mmu.setStack(0, machine.layout.address + 1, 0x69, 1);
    expect(machine.killed).toBe(`bad stack page 0x${machine.layout.address.toString(16)}`);
  });
});

describe.each(formats)('set-up, $name', (format) => {
  test('tells the guest what the Switcher takes and asks where its kernel is', () => {
    const machine = new TestMachine({ format });
    machine.init();
    expect(machine.peek(0x3000 + GuestData.reserveMem)).toBe(2 ** 32 - machine.layout.address);
    expect(machine.mmu.kernelAddress).toBe(KERNEL);
  });

  test.each([0x7f000000, 0xfff00000])('kills for a data page out of bounds (%i)', (gpa) => {
    const machine = new TestMachine({ format });
    machine.init();
    machine.mmu.guestDataInit(0, gpa);
    const address = ((gpa + 0x20000000) % 2 ** 32).toString(16).padStart(8, '0');
    expect(machine.killed).toBe(`bad guest page ${address}`);
    expect(machine.mmu.kernelAddress).toBe(0);
  });

  test('keeps the kernel’s address if only the answer cannot be written', () => {
    const machine = new TestMachine({ format });
    machine.init();
    machine.memory.makeReadOnly(3);
    machine.mmu.guestDataInit(0, 0x3000);
    expect(machine.killed).toBe('bad guest page 20003000');
    expect(machine.mmu.kernelAddress).toBe(KERNEL);
  });

  test('fails without a page for the top, and then the guest is not killed', () => {
    const machine = new TestMachine({ format });
    machine.tableLimit = 0;
    expect(machine.mmu.initGuestPagetable()).toBe(-12);
    expect(machine.killed).toBeUndefined();
  });

  test('names the top table for CR3', () => {
    const machine = new TestMachine({ format, random: [2] });
    machine.mmu.initGuestPagetable();
    expect(machine.mmu.shadowCr3(0)).toBe(machine.mmu.slots[2]!.topPfn * 4096);
  });

  test('is undone by free, down to the last page and hold', () => {
    const machine = new TestMachine({ format });
    const gpgdir = machine.boot();
    machine.map(gpgdir, KERNEL, 5, 0x63);
    machine.mmu.demandPage(0, KERNEL, 2);
    machine.mmu.mapSwitcher(0, 1);
    machine.mmu.free();
    expect(machine.tablesInUse).toBe(0);
    expect(machine.host.holds.every((holds) => holds === 0)).toBe(true);
    expect(machine.mmu.slots.some((slot) => slot.allocated)).toBe(false);
  });
});

describe.each(formats)('flushing the user part, $name', (format) => {
  test('spares the kernel’s', () => {
    const machine = new TestMachine({ format });
    const gpgdir = machine.boot();
    for (const vaddr of [0x1000, 0xbffff000, KERNEL]) {
      machine.map(gpgdir, vaddr, 5, 0x67);
      machine.mmu.demandPage(0, vaddr, 2);
    }
    machine.mmu.flushUser(0);
    const mapped = [0x1000, 0xbffff000, KERNEL].map(
      (vaddr) => leafOf(machine, vaddr) !== undefined,
    );
    expect(mapped).toEqual([false, false, true]);
    expect(machine.host.holds[machine.memory.frameOf(5)]).toBe(1);
  });
});
