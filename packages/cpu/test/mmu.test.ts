// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessKind } from '@lguest-sim/trace';
import { Flag, pae, twoLevel } from '@lguest-sim/x86';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runAccesses } from '../src/core/hot-loop.js';
import { FAULT, Need, inspectWalk } from '../src/index.js';
import { ScriptedCode } from './support/scripted-code.js';
import { KERNEL_RW, TestMachine, USER_RO, USER_RW } from './support/test-machine.js';

const VADDR = 0x08048000;

describe('the MMU', () => {
  it('never lets a hit grant more than the tables granted when the entry was filled', () => {
    const flags = fc
      .subarray([Flag.writable, Flag.user, Flag.dirty])
      .map((bits) => bits.reduce((all, bit) => all | bit, Flag.present as number));
    const needs = fc.array(fc.constantFrom(...Object.values(Need)), { maxLength: 12 });
    fc.assert(
      fc.property(flags, fc.boolean(), needs, (leaf, noExecute, wanted) => {
        const machine = new TestMachine({ format: pae, frames: 16 });
        machine.map(VADDR, leaf, undefined, noExecute);
        machine.load();
        const { mmu, counters } = machine.core;
        for (const need of wanted) {
          const granted = inspectWalk(machine.host, pae, machine.core.cr3, VADDR);
          const hits = counters.tlbHits;
          const allowed = mmu.access(VADDR, need) !== FAULT;
          if (counters.tlbHits === hits) continue;
          expect(allowed).toBe(true);
          if (need & Need.userLoad & Flag.user) expect(granted.user).toBe(true);
          if (need & Flag.writable) expect(granted.writable).toBe(true);
          if (need & Need.fetch & ~Flag.present) expect(granted.executable).toBe(true);
          if (need & Flag.dirty) expect(granted.steps[2]!.dirty).toBe(true);
        }
      }),
    );
  });

  it('drops the entry of the address that faults, so that raised rights need no flush', () => {
    const machine = new TestMachine();
    const frame = machine.map(VADDR, USER_RO);
    const { mmu } = machine.core;
    expect(mmu.access(VADDR, Need.userLoad)).toBe(frame << 12);
    expect(mmu.access(VADDR + 5, Need.userStore)).toBe(FAULT);
    expect([mmu.errorCode, machine.core.cr2]).toEqual([7, VADDR + 5]);
    expect(mmu.tlb.lookUp(VADDR, Need.load)).toBe(false);
    machine.map(VADDR, USER_RW, frame);
    expect(mmu.access(VADDR + 5, Need.userStore)).toBe(frame << 12);
  });

  it('goes on using a lowered right until CR3 is loaded', () => {
    const machine = new TestMachine();
    const frame = machine.map(VADDR);
    const { mmu } = machine.core;
    mmu.access(VADDR, Need.userStore);
    machine.map(VADDR, 0, frame);
    expect(mmu.access(VADDR, Need.userStore)).toBe(frame << 12);
    machine.load();
    expect(mmu.access(VADDR, Need.userStore)).toBe(FAULT);
  });

  it('walks again for the first store through an entry that a load filled, to set the dirty bit', () => {
    const machine = new TestMachine();
    machine.map(VADDR);
    const { mmu, counters } = machine.core;
    mmu.access(VADDR, Need.userLoad);
    expect(machine.leaf(VADDR) & Flag.dirty).toBe(0);
    mmu.access(VADDR, Need.userStore);
    expect(machine.leaf(VADDR) & Flag.dirty).toBe(Flag.dirty);
    mmu.access(VADDR, Need.userStore);
    expect(counters).toMatchObject({ tlbMisses: 2, pageWalks: 2, tlbHits: 1, pageFaults: 0 });
  });

  it('does not survive a global entry: a CR3 load flushes everything', () => {
    const machine = new TestMachine();
    machine.map(VADDR, USER_RW | Flag.global);
    const { mmu, counters } = machine.core;
    mmu.access(VADDR, Need.userLoad);
    machine.load();
    mmu.access(VADDR, Need.userLoad);
    expect(counters.tlbMisses).toBe(2);
  });

  it('charges a walk by the entries it reads, and a hit nothing', () => {
    const machine = new TestMachine({ format: twoLevel, costs: { walkLevel: 10 } });
    machine.map(VADDR);
    const { mmu } = machine.core;
    mmu.access(VADDR, Need.load);
    expect(machine.now).toBe(20);
    mmu.access(VADDR, Need.load);
    expect(machine.now).toBe(20);
    mmu.access(0x70000000, Need.load);
    expect(machine.now).toBe(30);
  });

  it('tells the guest once of a page that its kernel brought into the TLB, and counts the hit', () => {
    const machine = new TestMachine();
    machine.map(VADDR);
    const { mmu, counters, registers } = machine.core;
    mmu.access(VADDR, Need.load);
    const access = { address: VADDR, kind: AccessKind.load, size: 4 };
    const code = new ScriptedCode([access, access]);
    runAccesses(mmu, code, registers, 1e9);
    expect(code.filled).toEqual([VADDR / 4096]);
    expect(counters).toMatchObject({ tlbMisses: 1, tlbHits: 2, accesses: 2 });
  });
});

describe('a translation for the Switcher', () => {
  it('is a supervisor access, counted as one of the hardware', () => {
    const machine = new TestMachine();
    const frame = machine.map(0xc0100000, KERNEL_RW);
    const { core } = machine;
    expect(core.translate(0xc0100123, true)).toBe(frame * 4096 + 0x123);
    expect(core.translate(0xc0100456, false)).toBe(frame * 4096 + 0x456);
    expect(core.counters).toMatchObject({ hardwareAccesses: 2, tlbHits: 1, pageWalks: 1 });
    expect(machine.leaf(0xc0100000) & 0x60).toBe(0x60);
  });

  it('returns -1 for a page that is not mapped, or read-only to a write', () => {
    const machine = new TestMachine();
    machine.map(0xc0100000, Flag.present);
    expect(machine.core.translate(0xc0100000, true)).toBe(-1);
    expect(machine.core.translate(0xc0100000, false)).toBeGreaterThan(0);
    expect(machine.core.translate(0xc0200000, false)).toBe(-1);
    expect(machine.core.counters).toMatchObject({ hardwareAccesses: 1, pageFaults: 2 });
  });
});
