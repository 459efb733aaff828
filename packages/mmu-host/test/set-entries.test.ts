// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, test } from 'vitest';
import { leafOf, pathOf } from './support/shadow.js';
import { KERNEL, TestMachine, formats } from './support/test-machine.js';

const VADDR = 0x08049000;

describe.each(formats)('SET_PTE, $name', (format) => {
  function faulted(vaddr = VADDR) {
    const machine = new TestMachine({ format });
    const gpgdir = machine.boot();
    machine.map(gpgdir, vaddr, 5, 0x07);
    machine.mmu.demandPage(0, vaddr, 6);
    const before = machine.memory.frameOf(5);
    return { machine, mmu: machine.mmu, gpgdir, before };
  }

  test('empties the leaf if A and D are clear, and releases the page', () => {
    const { machine, mmu, gpgdir, before } = faulted();
    mmu.setPte(0, gpgdir, VADDR, 0x6007, 0);
    expect(leafOf(machine, VADDR)).toBeUndefined();
    expect(machine.host.holds[before]).toBe(0);
  });

  test('maps a dirty page writable and an accessed one read-only, at once', () => {
    const { machine, mmu, gpgdir } = faulted();
    mmu.setPte(0, gpgdir, VADDR, 0x6167, 0);
    expect(leafOf(machine, VADDR)).toMatchObject({ pfn: machine.memory.frameOf(6), flags: 0x67 });
    mmu.setPte(0, gpgdir, VADDR, 0x7025, 0);
    expect(leafOf(machine, VADDR)).toMatchObject({ pfn: machine.host.zeroPage, flags: 0x25 });
  });

  test('does nothing where the table does not exist, or is not shadowed', () => {
    const { machine, mmu, gpgdir, before } = faulted();
    mmu.setPte(0, gpgdir, 0x70000000, 0x6067, 0);
    mmu.setPte(0, gpgdir + 4096, VADDR, 0x6067, 0);
    expect(leafOf(machine, 0x70000000)).toBeUndefined();
    expect(leafOf(machine, VADDR)!.pfn).toBe(before);
  });

  test('of a kernel address goes to every slot', () => {
    const machine = new TestMachine({ format, random: [0, 1, 2] });
    const { mmu } = machine;
    const gpgdirs = [machine.boot(), machine.makeTable()];
    machine.map(gpgdirs[0]!, KERNEL, 5, 0x03);
    machine.map(gpgdirs[1]!, KERNEL, 5, 0x03);
    for (const gpgdir of gpgdirs) {
      mmu.newPagetable(0, gpgdir);
      mmu.demandPage(0, KERNEL, 0);
    }
    mmu.setPte(0, 0, KERNEL, 0x6063, 0);
    expect(machine.host.holds[machine.memory.frameOf(6)]).toBe(2);
  });

  test('kills for an address in the Switcher and for a leaf out of bounds', () => {
    const inSwitcher = faulted();
    inSwitcher.mmu.setPte(0, 0, inSwitcher.machine.layout.address, 0, 0);
    expect(inSwitcher.machine.killed).toBe('attempt to set pte into Switcher pages');

    const { machine, mmu, gpgdir } = faulted();
    mmu.setPte(0, gpgdir, VADDR, 0x100067, 0);
    expect(machine.killed).toBe('bad page table entry');
  });
});

describe.each(formats)('SET_PGD, $name', (format) => {
  const index = Math.floor(VADDR / 2 ** format.top.shift);

  test('throws away what hangs below the entry', () => {
    const machine = new TestMachine({ format });
    const gpgdir = machine.boot();
    machine.map(gpgdir, VADDR, 5, 0x07);
    const before = machine.tablesInUse;
    machine.mmu.demandPage(0, VADDR, 6);
    machine.mmu.setPgd(gpgdir, index);
    expect(pathOf(machine, machine.mmu.vcpu(0).slot, VADDR)).toHaveLength(1);
    expect(machine.tablesInUse).toBe(before);
    expect(machine.host.holds[machine.memory.frameOf(5)]).toBe(0);
  });

  test('of the Switcher’s entry makes its path again, so that the guest can be entered', () => {
    const machine = new TestMachine({ format });
    const gpgdir = machine.boot();
    machine.mmu.mapSwitcher(0, 2);
    machine.mmu.setPgd(gpgdir, format.top.entries - 1);
    expect(machine.mmu.slots[machine.mmu.vcpu(0).slot]!.lastHostCpu).toBe(-1);
    expect(machine.mmu.mapSwitcher(0, 2)).toBe('full');
    expect(leafOf(machine, machine.layout.address)!.pfn).toBe(machine.text);
  });

  test('kills for an index beyond the table', () => {
    const machine = new TestMachine({ format });
    machine.mmu.setPgd(machine.boot(), 0xffffffff);
    expect(machine.killed).toBe(`Attempt to set pgd 4294967295/${format.top.entries}`);
  });
});

test('SET_PMD throws everything away, whatever it names', () => {
  const machine = new TestMachine({ format: formats[1] });
  const gpgdir = machine.boot();
  machine.map(gpgdir, VADDR, 5, 0x07);
  machine.mmu.demandPage(0, VADDR, 6);
  machine.mmu.setPmd(0x7f000000, 12345);
  expect(leafOf(machine, VADDR)).toBeUndefined();
  expect(machine.mmu.slots[machine.mmu.vcpu(0).slot]!.switcherMapped).toBe(true);
});
