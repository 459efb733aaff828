// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, test } from 'vitest';
import { leafOf } from './support/shadow.js';
import { KERNEL, TestMachine, formats } from './support/test-machine.js';

const VADDR = 0x08049123;

function machineWith(
  options: ConstructorParameters<typeof TestMachine>[0],
  flags = 0x07,
  page = 5,
) {
  const machine = new TestMachine(options);
  const gpgdir = machine.boot();
  const leaf = machine.map(gpgdir, VADDR, page, flags);
  return { machine, mmu: machine.mmu, gpgdir, leaf };
}

describe.each(formats)('a page fault, $name', (format) => {
  test('is the guest’s own where its tables have nothing', () => {
    const machine = new TestMachine({ format });
    machine.boot();
    expect(machine.mmu.demandPage(0, VADDR, 4)).toBe(false);
    expect(machine.killed).toBeUndefined();
  });

  test.each([
    ['a write to a read-only page', 0x05, 6],
    ['a user access to a kernel page', 0x03, 4],
    ['any access to a page that is not present', 0x66, 4],
  ])('is the guest’s own: %s', (_, flags, code) => {
    const { machine, mmu } = machineWith({ format }, flags);
    expect(mmu.demandPage(0, VADDR, code)).toBe(false);
    expect(machine.killed).toBeUndefined();
  });

  test('in the Switcher is never fixed', () => {
    const machine = new TestMachine({ format });
    machine.boot();
    expect(machine.mmu.demandPage(0, machine.layout.address, 0)).toBe(false);
    expect(machine.mmu.demandPage(0, 0xffffffff, 2)).toBe(false);
  });

  test('in linear mode maps the page of the same number, for the kernel only', () => {
    const machine = new TestMachine({ format });
    machine.init();
    expect(machine.mmu.demandPage(0, 0x5123, 0)).toBe(true);
    expect(leafOf(machine, 0x5000)).toMatchObject({ pfn: machine.host.zeroPage, flags: 0x21 });
    expect(machine.mmu.demandPage(0, 0x5123, 2)).toBe(true);
    expect(leafOf(machine, 0x5000)).toMatchObject({ flags: 0x63 });
    expect(machine.mmu.demandPage(0, 0x5123, 4)).toBe(false);
    expect(machine.mmu.demandPage(0, 256 * 4096, 0)).toBe(false);
    expect(machine.killed).toBe('bad page table entry');
  });

  test('drops G and keeps the flags that are the guest’s own business', () => {
    const { machine, mmu } = machineWith({ format }, 0xf1f);
    mmu.demandPage(0, VADDR, 6);
    expect(leafOf(machine, VADDR)!.flags).toBe(0xe7f);
  });

  test('of a dirty page gets it for writing, even for a read', () => {
    const { machine, mmu } = machineWith({ format }, 0x47);
    mmu.demandPage(0, VADDR, 4);
    expect(leafOf(machine, VADDR)).toMatchObject({ pfn: machine.memory.frameOf(5), flags: 0x67 });
  });

  test('kills for a large page or one beyond guest memory', () => {
    for (const [flags, page] of [
      [0x87, 5],
      [0x07, 256],
    ] as const) {
      const { machine, mmu } = machineWith({ format }, flags, page);
      expect(mmu.demandPage(0, VADDR, 4)).toBe(false);
      expect(machine.killed).toBe('bad page table entry');
    }
  });

  test('kills for a top entry with odd flags or beyond guest memory', () => {
    for (const value of [0x5080 + 1, 256 * 4096 + 1]) {
      const machine = new TestMachine({ format });
      const gpgdir = machine.boot();
      const index = Math.floor(VADDR / 2 ** format.top.shift);
      machine.poke(gpgdir + index * format.entryBytes, value);
      expect(machine.mmu.demandPage(0, VADDR, 4)).toBe(false);
      expect(machine.killed).toBe('bad page directory entry');
    }
  });

  test('kills when the tables cannot be read or written', () => {
    const unreadable = new TestMachine({ format });
    unreadable.boot();
    unreadable.mmu.newPagetable(0, 0x7f000000);
    unreadable.mmu.demandPage(0, 0, 0);
    expect(unreadable.killed).toBe(`bad read address 0x7f000000 len ${format.entryBytes}`);

    const { machine, mmu, leaf } = machineWith({ format });
    machine.memory.makeReadOnly(leaf >>> 12);
    expect(mmu.demandPage(0, VADDR, 4)).toBe(true);
    expect(machine.killed).toBe(
      `bad write address 0x${leaf.toString(16)} len ${format.entryBytes}`,
    );
  });

  test('kills when the page cannot be got, and holds nothing', () => {
    const { machine, mmu } = machineWith({ format });
    machine.memory.makeHole(5);
    expect(mmu.demandPage(0, VADDR, 4)).toBe(true);
    expect(machine.killed).toBe('failed to get page 5');
    expect(leafOf(machine, VADDR)).toBeUndefined();
  });

  test('kills when the host has no page for a table', () => {
    const { machine, mmu } = machineWith({ format });
    machine.tableLimit = machine.tablesInUse;
    expect(mmu.demandPage(0, VADDR, 4)).toBe(false);
    expect(machine.killed).toBe('out of memory allocating pte page');
  });
});

describe('PAE', () => {
  const [, pae] = formats;

  test('kills for a middle entry with NX, as that counts as page number', () => {
    const { machine, mmu, gpgdir } = machineWith({ format: pae });
    const middle = machine.peek(gpgdir) & ~0xfff;
    machine.poke(middle + (VADDR >>> 21) * 8 + 4, 0x80000000);
    expect(mmu.demandPage(0, VADDR, 4)).toBe(false);
    expect(machine.killed).toBe('bad page middle directory entry');
  });

  test('names the pmd page when a table of leaves cannot be made', () => {
    const { machine, mmu } = machineWith({ format: pae });
    machine.tableLimit = machine.tablesInUse + 1;
    mmu.demandPage(0, VADDR, 4);
    expect(machine.killed).toBe('out of memory allocating pmd page');
  });

  test('never lets a leaf’s NX through, and leaves it in the guest’s', () => {
    const { machine, mmu, leaf } = machineWith({ format: pae });
    machine.poke(leaf + 4, 0x80000000);
    expect(mmu.demandPage(0, VADDR, 4)).toBe(true);
    expect(leafOf(machine, VADDR)!.high).toBe(0);
    expect(machine.peek(leaf + 4)).toBe(0x80000000);
  });
});

describe.each(formats)('guestPa, $name', (format) => {
  test('is the address itself in linear mode, and a walk of the guest’s tables after', () => {
    const machine = new TestMachine({ format });
    machine.init();
    expect(machine.mmu.guestPa(0, 0xfffffff0)).toBe(0xfffffff0);
    const gpgdir = machine.makeTable();
    machine.mmu.newPagetable(0, gpgdir);
    machine.map(gpgdir, KERNEL, 7, 0x63);
    expect(machine.mmu.guestPa(0, KERNEL + 0x123)).toBe(0x7123);
  });

  test('kills for an address that is not mapped', () => {
    const machine = new TestMachine({ format });
    machine.boot();
    expect(machine.mmu.guestPa(0, KERNEL + 0x123)).toBe(0xffffffff);
    expect(machine.killed).toBe('Bad address 0xc0000123');
  });
});
