// SPDX-License-Identifier: GPL-2.0-or-later
import { pae } from '@lguest-sim/x86';
import { describe, expect, test } from 'vitest';
import { leafOf, pathOf } from './support/shadow.js';
import { TestMachine } from './support/test-machine.js';

// Facts sheet, section 11: entry changes that were replayed with the compiled original.
const VADDR = 0x08049123;
const PAGE = 0x45;

describe('the first write fault of a page', () => {
  test('makes the table, maps the page writable and sets A and D in the guest’s leaf', () => {
    const machine = new TestMachine();
    const gpgdir = machine.boot();
    const leaf = machine.map(gpgdir, VADDR, PAGE, 0x07);

    expect(machine.mmu.demandPage(0, VADDR, 6)).toBe(true);

    const [directory] = pathOf(machine, machine.mmu.vcpu(0).slot, VADDR);
    expect(directory!.low & 0xfff).toBe(0x67);
    expect(leafOf(machine, VADDR)).toMatchObject({
      pfn: machine.memory.frameOf(PAGE),
      flags: 0x67,
    });
    expect(machine.peek(leaf)).toBe(PAGE * 4096 + 0x67);
    expect(machine.host.holds[machine.memory.frameOf(PAGE)]).toBe(1);
  });

  test('takes two tables under PAE, of which the top entry has P alone', () => {
    const machine = new TestMachine({ format: pae });
    const gpgdir = machine.boot();
    machine.map(gpgdir, VADDR, PAGE, 0x07);
    const before = machine.tablesInUse;

    expect(machine.mmu.demandPage(0, VADDR, 6)).toBe(true);

    expect(machine.tablesInUse - before).toBe(2);
    const path = pathOf(machine, machine.mmu.vcpu(0).slot, VADDR);
    expect(path.map(({ low }) => low & 0xfff)).toEqual([0x1, 0x67, 0x67]);
  });
});

describe('a read before the write', () => {
  test('maps the zero page read-only, and the write fault gets the page its own frame', () => {
    const machine = new TestMachine();
    const gpgdir = machine.boot();
    const leaf = machine.map(gpgdir, VADDR, PAGE, 0x07);

    machine.mmu.demandPage(0, VADDR, 4);
    expect(leafOf(machine, VADDR)).toMatchObject({ pfn: machine.host.zeroPage, flags: 0x25 });
    expect(machine.peek(leaf)).toBe(PAGE * 4096 + 0x27);
    expect(machine.host.holds[machine.host.zeroPage]).toBe(1);

    machine.mmu.demandPage(0, VADDR, 7);
    expect(leafOf(machine, VADDR)).toMatchObject({
      pfn: machine.memory.frameOf(PAGE),
      flags: 0x67,
    });
    expect(machine.host.holds[machine.host.zeroPage]).toBe(0);
  });
});

describe('migration from host CPU 0 to host CPU 1', () => {
  const at = (machine: TestMachine, page: number) =>
    leafOf(machine, machine.layout.address + page * 4096)?.flags;

  test('changes four leaves, and the first entry on a fresh table ten', () => {
    const machine = new TestMachine();
    machine.boot();
    const { mmu } = machine;

    expect(mmu.mapSwitcher(0, 0)).toBe('full');
    expect([0, 1, 2, 3, 4].map((page) => at(machine, page))).toEqual([
      0x161,
      0x63,
      0x61,
      undefined,
      undefined,
    ]);

    expect(mmu.mapSwitcher(0, 1)).toBe('targeted');
    expect([0, 1, 2, 3, 4].map((page) => at(machine, page))).toEqual([
      0x161,
      undefined,
      undefined,
      0x63,
      0x61,
    ]);
    expect(leafOf(machine, machine.layout.address + 3 * 4096)!.pfn).toBe(machine.registers[0]);
    expect(leafOf(machine, machine.layout.address + 4 * 4096)!.pfn).toBe(machine.states[1]);

    expect(mmu.mapSwitcher(0, 1)).toBe('skipped');
  });

  test('forbids execution of a host CPU’s two pages under PAE, not of the text', () => {
    const machine = new TestMachine({ format: pae });
    machine.boot();
    machine.mmu.mapSwitcher(0, 0);
    const high = [0, 1, 2].map(
      (page) => leafOf(machine, machine.layout.address + page * 4096)!.high,
    );
    expect(high).toEqual([0, 0x80000000, 0x80000000]);
  });
});
