// SPDX-License-Identifier: GPL-2.0-or-later
import { FrameOwner } from '@lguest-sim/x86';
import { describe, expect, test } from 'vitest';
import { ShadowMmu, type ShadowMmuOptions } from '../src/index.js';
import { leafOf } from './support/shadow.js';
import { KERNEL, TestMachine, formats } from './support/test-machine.js';

describe.each(formats)('NEW_PGTABLE, $name', (format) => {
  test('finds a table’s slot, takes a fresh one, or takes another table’s', () => {
    const machine = new TestMachine({ format, random: [0, 1, 2, 1] });
    const { mmu } = machine;
    const first = machine.boot();
    const [second, third] = [machine.makeTable(), machine.makeTable()];

    expect(mmu.newPagetable(0, second)).toBe('fresh');
    expect(mmu.vcpu(0).slot).toBe(2);
    expect(mmu.newPagetable(0, first)).toBe('hit');
    expect(mmu.newPagetable(0, third)).toBe('evicted');
    expect(mmu.slots.map((slot) => slot.gpgdir)).toEqual([0, third, second, 0]);
    expect(mmu.counters).toMatchObject({
      tableSwitches: 4,
      slotHits: 1,
      slotFresh: 2,
      slotEvictions: 1,
    });
  });

  test('keeps the kernel’s part of a slot that it takes, and drops the user’s', () => {
    const machine = new TestMachine({ format, random: [0, 1, 1] });
    const gpgdir = machine.boot();
    for (const vaddr of [KERNEL, 0x1000]) {
      machine.map(gpgdir, vaddr, 5, 0x67);
      machine.mmu.demandPage(0, vaddr, 2);
    }
    machine.mmu.newPagetable(0, machine.makeTable());
    expect(leafOf(machine, KERNEL)).toBeDefined();
    expect(leafOf(machine, 0x1000)).toBeUndefined();
  });

  test('ends linear mode, and throws away what was made up', () => {
    const machine = new TestMachine({ format, random: [3, 3] });
    machine.init();
    machine.mmu.demandPage(0, 0x5000, 2);
    expect(machine.mmu.vcpu(0)).toEqual({ slot: 3, linear: true, esp: 0 });
    machine.mmu.newPagetable(0, machine.makeTable());
    expect(machine.mmu.vcpu(0).linear).toBe(false);
    expect(leafOf(machine, 0x5000)).toBeUndefined();
  });

  test('keeps the slot it is on when the host has no page for a fresh one', () => {
    const machine = new TestMachine({ format, random: [0, 1, 2] });
    machine.boot();
    machine.tableLimit = machine.tablesInUse;
    const table = machine.makeTable();
    expect(machine.mmu.newPagetable(0, table)).toBe('evicted');
    expect(machine.mmu.vcpu(0).slot).toBe(1);
    expect(machine.mmu.slots[1]!.gpgdir).toBe(table);
    expect(machine.killed).toBeUndefined();
  });

  test('kills when a stack that was set cannot be mapped in the new table', () => {
    const machine = new TestMachine({ format, random: [0, 1, 2] });
    const gpgdir = machine.boot();
    machine.map(gpgdir, KERNEL, 5, 0x63);
    machine.mmu.setStack(0, KERNEL + 4096, 0x69, 1);
    expect(machine.killed).toBeUndefined();
    machine.mmu.newPagetable(0, machine.makeTable());
    expect(machine.killed).toBe('bad stack page 0xc0000fff');
  });
});

describe('the choice of a slot', () => {
  test('can be left to a policy', () => {
    const choices: number[][] = [];
    const machine = new TestMachine();
    const mmu = new ShadowMmu({
      ...optionsOf(machine),
      slots: 6,
      eviction: {
        choose: ({ slots, current }) => {
          choices.push([slots, current]);
          return 5;
        },
      },
    });
    mmu.initGuestPagetable();
    expect(mmu.slots).toHaveLength(6);
    expect(mmu.vcpu(0).slot).toBe(5);
    expect(choices).toEqual([[6, 0]]);
  });
});

/** What a machine's MMU was made of, to make another of. */
function optionsOf(machine: TestMachine): ShadowMmuOptions {
  return {
    host: machine.host,
    format: machine.format,
    layout: machine.layout,
    fidelity: 'mended',
    vcpus: 1,
    memory: machine.memory,
    pages: machine.memory,
    tables: {
      allocate: () => machine.host.allocate(FrameOwner.shadowTable),
      free: (pfn) => machine.host.disown(pfn),
    },
    switcher: {
      text: machine.text,
      state: (cpu) => machine.states[cpu]!,
      registers: () => machine.registers[0]!,
    },
    memBase: 0,
    random: () => 0,
    kill: () => undefined,
  };
}
