// SPDX-License-Identifier: GPL-2.0-or-later
import { GuestData, Hypercall, Register, StatePage } from '@lguest-sim/abi';
import { FrameOwner } from '@lguest-sim/x86';
import { describe, expect, it } from 'vitest';
import { Outcome } from '../src/index.js';
import { DATA, GUEST_PAGES, Rig } from './rig.js';

/** The guest's hypercall LGUEST_INIT, with whatever the test has prepared. */
function init(rig: Rig, gpa = rig.dataAddress): Rig {
  rig.setData(GuestData.syscallVector, 128);
  return rig.call(Hypercall.lguestInit, gpa);
}

describe('a vCPU at birth', () => {
  it('has a zeroed regs page with ring 1 selectors, interrupts on and the entry point', () => {
    const rig = new Rig().birth(0, 0x100000);
    const values = Object.fromEntries(
      Object.entries(Register).map(([name, register]) => [name, rig.register(register)]),
    );
    expect(values).toEqual({
      ...{ eax: 0, ebx: 0, ecx: 0, edx: 0, esi: 0, edi: 0, ebp: 0, gs: 0, fs: 0 },
      ...{ ds: 0x69, es: 0x69, trapNumber: 256, errorCode: 0, eip: 0x100000 },
      ...{ cs: 0x61, eflags: 0x202, esp: 0, ss: 0x69 },
    });
    expect(rig.host.owners[rig.core.state.registersFrame]).toBe(FrameOwner.registers);
  });

  it('asks for a page table, then for the host scheduler', () => {
    const rig = new Rig();
    rig.drive(rig.core.initialize(2, GUEST_PAGES, 0));
    expect(rig.outcomes).toEqual(['initPagetable', 'runnable']);
    rig.run(2);
    expect(rig.outcomes.slice(2)).toEqual(['mapSwitcher', 'enter']);
  });

  it('has flat kernel segments of ring 1 in its GDT', () => {
    const rig = new Rig().birth();
    expect(rig.stateWord(0, StatePage.guestGdt + 12 * 8 + 4)).toBe(0x00cfbb00);
    expect(rig.stateWord(0, StatePage.guestGdt + 13 * 8 + 4)).toBe(0x00cfb300);
  });

  it('dies of a host without memory for its regs page', () => {
    const rig = new Rig();
    while (rig.host.allocate(FrameOwner.launcher) !== -1);
    rig.drive(rig.core.initialize(0, GUEST_PAGES, 0));
    expect(rig.outcomes).toEqual(['free', 'closed']);
    expect(rig.guest.reason).toBe('-ENOMEM');
  });

  it('dies of a host without memory for its page table, and gives the regs page back', () => {
    const rig = new Rig();
    const before = rig.host.used;
    expect(rig.core.initialize(0, GUEST_PAGES, 0)).toBe(Outcome.initPagetable);
    rig.drive(rig.core.answered(false));
    expect(rig.guest.reason).toBe('-ENOMEM');
    expect(rig.host.used).toBe(before);
  });
});

describe('LGUEST_INIT', () => {
  it('has the shadow MMU read the kernel address, then clears all tables, then goes on', () => {
    const rig = new Rig().birth();
    rig.outcomes.length = 0;
    init(rig);
    expect(rig.outcomes).toEqual(['guestDataInit', 'flushAll', 'mapSwitcher', 'enter']);
    expect(rig.guest.dead).toBe(false);
    expect(rig.guest.dataAddress).toBe(DATA);
  });

  it('tells the guest a clock of 1 GHz and the time, and reads where no interrupt may come', () => {
    const rig = new Rig().birth();
    rig.setData(GuestData.noirqStart, 0xc0001000);
    rig.setData(GuestData.noirqEnd, 0xc0001010);
    rig.clock.now[0] = 3_000_000_017;
    init(rig);
    expect(rig.data(GuestData.tscKhz)).toBe(1_000_000);
    expect([rig.data(GuestData.time), rig.data(GuestData.time + 4)]).toEqual([3, 17]);
    expect(rig.guest.noirqStart).toBe(0xc0001000);
    expect(rig.guest.noirqEnd).toBe(0xc0001010);
  });

  it.each([
    ['ends outside guest memory', GUEST_PAGES * 4096 - 1391],
    ['wraps around', 0xfffffff0],
  ])('kills with a null pointer if lguest_data %s', (_, gpa) => {
    const rig = new Rig().birth();
    rig.outcomes.length = 0;
    init(rig, gpa);
    expect(rig.guest.reason).toBe('bad guest page   (null)');
    expect(rig.outcomes).toEqual(['flushAll', 'free', 'closed']);
  });

  it('takes lguest_data at the very end of guest memory, unless the original is asked for (R17)', () => {
    const data = GUEST_PAGES * 4096 - 1392;
    expect(init(new Rig({ data }).birth()).guest.dead).toBe(false);
    const original = init(new Rig({ data, fidelity: 'original' }).birth());
    expect(original.guest.reason).toBe('bad guest page   (null)');
  });

  it('kills with the Launcher’s address if lguest_data cannot be written or read', () => {
    const readOnly = new Rig().birth();
    readOnly.memory.readOnly.add(DATA >>> 12);
    expect(init(readOnly).guest.reason).toBe('bad guest page 30004000');
    const hole = new Rig().birth();
    hole.memory.holes.add(DATA >>> 12);
    expect(init(hole).guest.reason).toBe('bad guest page 30004000');
  });

  it('kills if the first byte can be written but noirq_start cannot be read', () => {
    // tsc_khz is the last word of its page, noirq_start the first of the next.
    const rig = new Rig({ data: 0x4000 - GuestData.noirqStart }).birth();
    rig.memory.holes.add(4);
    rig.call(Hypercall.lguestInit, rig.dataAddress);
    // The system call's vector is in the hole as well, and is looked at first.
    expect(rig.guest.reason).toBe('bad syscall vector');
    expect(rig.heard.filter((h) => h.kind === 'killed')).toHaveLength(1);
  });

  it('kills over a system call vector other than 128', () => {
    const rig = new Rig().birth();
    rig.setData(GuestData.syscallVector, 64);
    rig.call(Hypercall.lguestInit, DATA);
    expect(rig.guest.reason).toBe('bad syscall vector');
  });

  it('goes on after a kill, as the original does: tables are cleared, and the guest is dead', () => {
    const rig = new Rig().birth();
    rig.outcomes.length = 0;
    rig.call(Hypercall.lguestInit, DATA);
    expect(rig.outcomes).toEqual(['guestDataInit', 'flushAll', 'free', 'closed']);
  });

  it('kills a guest that calls anything else first, or calls it twice', () => {
    const early = new Rig().birth().call(Hypercall.newPgtable, 0x1000);
    expect(early.guest.reason).toBe('hypercall 4 before INIT');
    const negative = new Rig().birth().call(-1);
    expect(negative.guest.reason).toBe('hypercall -1 before INIT');
    const twice = new Rig().ready().call(Hypercall.lguestInit, DATA);
    expect(twice.guest.reason).toBe('already have lguest_data');
  });
});
