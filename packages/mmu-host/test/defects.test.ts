// SPDX-License-Identifier: GPL-2.0-or-later
import { GuestData } from '@lguest-sim/abi';
import { describe, expect, test } from 'vitest';
import { HostOops, defectCatalogue, defectsOf } from '../src/index.js';
import { audit } from './support/audit.js';
import { leafOf, pathOf } from './support/shadow.js';
import { KERNEL, TestMachine, formats, type TestMachineOptions } from './support/test-machine.js';

const [twoLevel, pae] = formats;
const VADDR = 0x08049000;
const SWITCHER_ADDRESS = 0xfff5b000;

/** The same machine, as the original and mended. */
function both(options: TestMachineOptions = {}): [TestMachine, TestMachine] {
  const common = { switcherAddress: SWITCHER_ADDRESS, ...options };
  return [
    new TestMachine({ ...common, fidelity: 'original' }),
    new TestMachine({ ...common, fidelity: 'mended' }),
  ];
}

/** A present leaf at `VADDR`, of guest page 5. */
function faultIn(machine: TestMachine, code = 6): number {
  const gpgdir = machine.boot();
  machine.map(gpgdir, VADDR, 5, 0x07);
  machine.mmu.demandPage(0, VADDR, code);
  return gpgdir;
}

test('the catalogue and the switches name the same defects', () => {
  expect(Object.keys(defectsOf('original'))).toEqual(Object.keys(defectCatalogue));
  expect(Object.values(defectsOf('original')).every((has) => has)).toBe(true);
  expect(Object.values(defectsOf('mended')).some((has) => has)).toBe(false);
});

test('guestPaMissingMiddle: the original crashes, the mended one kills the guest', () => {
  for (const machine of both({ format: pae })) {
    const gpgdir = machine.boot();
    machine.map(gpgdir, KERNEL, 5, 0x63);
    const walk = (): number => machine.mmu.guestPa(0, KERNEL + 0x10000000);
    if (machine.fidelity === 'original') expect(walk).toThrow(new HostOops('BUG_ON gpte_addr'));
    else expect(walk()).toBe(0xffffffff);
    expect(machine.killed).toBe('Bad address 0xd0000000');
  }
});

describe('setPgdIndexOneTooLarge', () => {
  test('the original runs off a two-level page, the mended one kills the guest', () => {
    const [original, mended] = both();
    const gpgdir = original.boot();
    expect(() => original.mmu.setPgd(gpgdir, 1024)).toThrow(new HostOops('out of bounds'));
    mended.mmu.setPgd(mended.boot(), 1024);
    expect(mended.killed).toBe('Attempt to set pgd 1024/1024');
  });

  test('the original hits a zero word under PAE', () => {
    const [original, mended] = both({ format: pae });
    original.mmu.setPgd(original.boot(), 4);
    expect(original.killed).toBeUndefined();
    mended.mmu.setPgd(mended.boot(), 4);
    expect(mended.killed).toBe('Attempt to set pgd 4/4');
  });
});

describe.each(formats)('$name', (format) => {
  test('setPteWritableUndirtied: the original lets the guest write the zero page', () => {
    const [original, mended] = both({ format });
    for (const machine of [original, mended]) {
      const gpgdir = faultIn(machine);
      machine.mmu.setPte(0, gpgdir, VADDR, 0x6027, 0);
    }
    expect(leafOf(original, VADDR)).toMatchObject({ pfn: original.host.zeroPage, flags: 0x27 });
    expect(audit(original)).not.toEqual([]);
    expect(leafOf(mended, VADDR)).toMatchObject({ pfn: mended.host.zeroPage, flags: 0x25 });
    expect(audit(mended)).toEqual([]);
  });

  test('setPteDirtyUnaccessed: the mended one leaves the leaf to the fault that sets A', () => {
    const [original, mended] = both({ format });
    for (const machine of [original, mended]) {
      machine.mmu.setPte(0, faultIn(machine), VADDR, 0x6047, 0);
    }
    expect(leafOf(original, VADDR)!.flags).toBe(0x47);
    expect(leafOf(mended, VADDR)).toBeUndefined();
  });

  test('switcherEnsuredInWrongTable: the original crashes at the next entry', () => {
    const [original, mended] = both({ format, random: [0, 1, 2] });
    for (const machine of [original, mended]) {
      const first = machine.boot();
      machine.mmu.newPagetable(0, machine.makeTable());
      machine.mmu.setPgd(first, format.top.entries - 1);
      machine.mmu.newPagetable(0, first);
    }
    expect(() => original.mmu.mapSwitcher(0, 0)).toThrow(new HostOops('NULL dereference'));
    expect(mended.mmu.mapSwitcher(0, 0)).toBe('full');
    expect(audit(mended)).toEqual([]);
  });

  test('failedSwitcherPathTrusted: the original believes in a path that it could not make', () => {
    const [original, mended] = both({ format });
    for (const machine of [original, mended]) {
      const gpgdir = machine.boot();
      machine.tableLimit = 0;
      machine.mmu.setPgd(gpgdir, format.top.entries - 1);
      expect(machine.kills).toEqual([
        'out of memory allocating pte page',
        'Cannot populate switcher mapping',
      ]);
    }
    expect(() => original.mmu.mapSwitcher(0, 0)).toThrow(HostOops);
    expect(mended.mmu.mapSwitcher(0, 0)).toBe('skipped');
  });

  test('setPteRejectedKeepsReleased: the original releases a page twice', () => {
    const [original, mended] = both({ format });
    for (const machine of [original, mended]) {
      machine.mmu.setPte(0, faultIn(machine), VADDR, 0x7ffff067, 0);
      expect(machine.killed).toBe('bad page table entry');
      machine.mmu.free();
    }
    expect(original.host.holds[original.memory.frameOf(5)]).toBe(-1);
    expect(mended.host.holds[mended.memory.frameOf(5)]).toBe(0);
  });

  test('setPteNotPresentHeld: the original never releases a page', () => {
    const [original, mended] = both({ format });
    for (const machine of [original, mended]) {
      const gpgdir = faultIn(machine);
      machine.mmu.setPte(0, gpgdir, VADDR, 0x6120, 0);
      machine.mmu.free();
    }
    expect(original.host.holds[original.host.zeroPage]).toBe(1);
    expect(mended.host.holds[mended.host.zeroPage]).toBe(0);
  });

  test('directoryRightsIgnored: the original fixes a fault that comes again', () => {
    const { levels } = format;
    const depth = levels.length - 2;
    for (const machine of both({ format })) {
      const gpgdir = machine.boot();
      machine.map(gpgdir, VADDR, 5, 0x07, 0x65);
      const isOriginal = machine.fidelity === 'original';
      expect(machine.mmu.demandPage(0, VADDR, 6)).toBe(isOriginal);
      expect(machine.mmu.demandPage(0, VADDR, 4)).toBe(true);
      expect(pathOf(machine, machine.mmu.vcpu(0).slot, VADDR)[depth]!.low & 0x2).toBe(0);

      // The guest allows it now, without a word to the host.
      const leaf = machine.leafAddress(gpgdir, VADDR);
      const entry = directoryEntry(machine, gpgdir);
      machine.poke(entry, (leaf & ~0xfff) + 0x67);
      expect(machine.mmu.demandPage(0, VADDR, 6)).toBe(true);
      const writable = pathOf(machine, machine.mmu.vcpu(0).slot, VADDR)[depth]!.low & 0x2;
      expect(writable).toBe(isOriginal ? 0 : 2);
    }
  });

  test('sharedRegistersSlot: in the original a vCPU keeps another’s regs page mapped', () => {
    for (const machine of both({ format, vcpus: 2 })) {
      const gpgdir = machine.boot();
      machine.mmu.newPagetable(1, gpgdir);
      machine.mmu.mapSwitcher(0, 0);
      machine.mmu.mapSwitcher(1, 0);
      const seen = leafOf(machine, machine.layout.address + 4096)!.pfn;
      expect(seen).toBe(machine.registers[machine.fidelity === 'original' ? 0 : 1]);
    }
  });

  test('tableOfOtherVcpuTaken: in the original a vCPU can lose its table to another', () => {
    for (const machine of both({ format, vcpus: 2, random: [0, 1, 1] })) {
      const gpgdir = machine.boot();
      machine.mmu.newPagetable(1, machine.makeTable());
      const { slot } = machine.mmu.vcpu(0);
      expect(machine.mmu.slots[slot]!.gpgdir === gpgdir).toBe(machine.fidelity === 'mended');
    }
  });

  test('otherVcpusLoseSwitcher: the original crashes when another vCPU is entered', () => {
    const [original, mended] = both({ format, vcpus: 2, random: [0, 1, 2] });
    for (const machine of [original, mended]) {
      machine.boot();
      machine.mmu.newPagetable(1, machine.makeTable());
      machine.mmu.clearAll(0);
    }
    const bug = new HostOops('BUG_ON map_switcher_in_guest');
    expect(() => original.mmu.mapSwitcher(1, 0)).toThrow(bug);
    expect(mended.mmu.mapSwitcher(1, 0)).toBe('full');
  });

  test('vcpuWithoutTable: the original dereferences NULL', () => {
    const [original, mended] = both({ format, vcpus: 2, random: [1, 1] });
    for (const machine of [original, mended]) {
      machine.boot();
      machine.map(0, VADDR, 5, 0x07);
    }
    const fault = (machine: TestMachine): boolean => machine.mmu.demandPage(1, VADDR, 4);
    expect(() => fault(original)).toThrow(new HostOops('NULL dereference'));
    expect(fault(mended)).toBe(false);
    mended.mmu.pinPage(1, VADDR);
    expect(mended.killed).toBe('bad stack page 0x8049000');
  });

  test('badKernelAddressKept: the mended one does not use it', () => {
    for (const machine of both({ format })) {
      machine.mmu.initGuestPagetable();
      machine.poke(0x3000 + GuestData.kernelAddress, SWITCHER_ADDRESS);
      machine.mmu.guestDataInit(0, 0x3000);
      expect(machine.killed).toBe('bad kernel address 0xfff5b000');
      const isOriginal = machine.fidelity === 'original';
      expect(machine.mmu.kernelAddress).toBe(isOriginal ? SWITCHER_ADDRESS : 0);
    }
  });

  test('stackPinnedInFreshSlotsOnly: in the original a table can lack the stack', () => {
    for (const machine of both({ format, random: [0, 1, 2] })) {
      const [first, second] = [machine.boot(), machine.makeTable()];
      for (const gpgdir of [first, second]) machine.map(gpgdir, KERNEL, 5, 0x63);
      machine.mmu.setStack(0, KERNEL + 4096, 0x69, 1);
      machine.mmu.newPagetable(0, second);
      machine.mmu.clearAll(0);
      expect(machine.mmu.newPagetable(0, first)).toBe('hit');
      expect(leafOf(machine, KERNEL) !== undefined).toBe(machine.fidelity === 'mended');
    }
  });

  test('stackPagesNotBounded: the mended one kills the guest and stops', () => {
    for (const machine of both({ format })) {
      machine.boot();
      machine.mmu.setStack(0, KERNEL, 0x69, 5000);
      expect(machine.killed).toBe('bad stack pages 5000');
      expect(machine.kills.length).toBe(machine.fidelity === 'original' ? 5001 : 1);
    }
  });

  test('stackPagesNotBounded: with a count near 2^32 the original’s host does not come back', () => {
    const [original, mended] = both({ format });
    for (const machine of [original, mended]) machine.boot();
    const setStack = (machine: typeof original) => () =>
      machine.mmu.setStack(0, KERNEL, 0x69, 0xffffffff);
    expect(setStack(original)).toThrow('soft lockup pin_stack_pages');
    expect(setStack(mended)).not.toThrow();
    expect(mended.killed).toBe('bad stack pages 4294967295');
  });

  test('failedInitKeepsTop: the original loses the top page', () => {
    for (const machine of both({ format })) {
      machine.tableLimit = 1;
      expect(machine.mmu.initGuestPagetable()).toBe(-12);
      expect(machine.tablesInUse).toBe(machine.fidelity === 'original' ? 1 : 0);
    }
  });
});

test('stackPinnedBeforeSwitcher: in the original a trap cannot push', () => {
  const esp = SWITCHER_ADDRESS;
  for (const machine of both({ format: twoLevel })) {
    const gpgdir = machine.boot();
    machine.map(gpgdir, esp - 1, 5, 0x63, 0x65);
    machine.mmu.setStack(0, esp, 0x69, 1);
    machine.mmu.clearAll(0);
    const [directory] = pathOf(machine, machine.mmu.vcpu(0).slot, esp);
    expect(directory!.low & 0x2).toBe(machine.fidelity === 'original' ? 0 : 2);
  }
});

/** Where the guest's directory entry above the leaf of `VADDR` is, a gpa. */
function directoryEntry(machine: TestMachine, gpgdir: number): number {
  const { levels, entryBytes } = machine.format;
  let table = gpgdir;
  for (const level of levels.slice(0, -2)) {
    table = machine.peek(table + (VADDR >>> level.shift) * entryBytes) & ~0xfff;
  }
  const level = levels[levels.length - 2]!;
  return table + ((VADDR >>> level.shift) & (level.entries - 1)) * entryBytes;
}
