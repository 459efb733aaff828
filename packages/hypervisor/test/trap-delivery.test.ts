// SPDX-License-Identifier: GPL-2.0-or-later
import { GateType, GuestData, Register } from '@lguest-sim/abi';
import { describe, expect, it } from 'vitest';
import { DATA, GUEST_PAGES, Rig, STACK_TOP } from './rig.js';

const HANDLER = 0xc0012345;
const USER = { cs: 0x73, ss: 0x7b, eip: 0x08048456, esp: 0xbffff000 };
const KERNEL = { cs: 0x61, ss: 0x69, eip: 0xc0100000, esp: 0x8f00 };
/** TF, IF, NT, RF, VM and the bit that is always one. */
const FLAGS = 0x34302;
const FLAGS_AFTER = 0x00202;

function ready(vector: number, from: typeof USER, type: number = GateType.trap): Rig {
  const rig = new Rig().ready().gate(vector, HANDLER, type);
  rig.setRegister(Register.cs, from.cs);
  rig.setRegister(Register.ss, from.ss);
  rig.setRegister(Register.eip, from.eip);
  rig.setRegister(Register.esp, from.esp);
  rig.setRegister(Register.eflags, FLAGS);
  return rig;
}

describe('a reflected trap', () => {
  it('from ring 3 pushes ss, esp, eflags, cs, eip and the error code on the kernel’s stack', () => {
    const rig = ready(14, USER).trap(14, 7, 0x08049123);
    expect(rig.wordsAt(STACK_TOP - 24, 6)).toEqual([
      ...[7, USER.eip, USER.cs, FLAGS],
      ...[USER.esp, USER.ss],
    ]);
    expect(rig.register(Register.esp)).toBe(STACK_TOP - 24);
    expect(rig.register(Register.ss)).toBe(0x69);
    expect(rig.register(Register.cs)).toBe(0x61);
    expect(rig.register(Register.eip)).toBe(HANDLER);
  });

  it('from ring 1 pushes eflags, cs and eip on the stack it is on', () => {
    const rig = ready(0, KERNEL).trap(0);
    expect(rig.wordsAt(KERNEL.esp - 16, 4)).toEqual([0, KERNEL.eip, KERNEL.cs, FLAGS]);
    expect(rig.register(Register.esp)).toBe(KERNEL.esp - 12);
    expect(rig.register(Register.ss)).toBe(KERNEL.ss);
  });

  it('clears TF, NT, RF and VM in the flags, but not in those that it pushes', () => {
    const rig = ready(0, KERNEL).trap(0);
    expect(rig.register(Register.eflags)).toBe(FLAGS_AFTER);
  });

  it('pushes the guest’s own idea of the interrupt flag', () => {
    const rig = ready(0, KERNEL);
    rig.setData(GuestData.irqEnabled, 0);
    rig.trap(0);
    expect(rig.wordsAt(KERNEL.esp - 4, 1)).toEqual([FLAGS & ~0x200]);
    expect(rig.register(Register.eflags)).toBe(FLAGS_AFTER);
  });

  it('turns the guest’s interrupts off only through an interrupt gate', () => {
    const trap = ready(0, KERNEL, GateType.trap).trap(0);
    expect(trap.data(GuestData.irqEnabled)).toBe(0x200);
    const interrupt = ready(0, KERNEL, GateType.interrupt).trap(0);
    expect(interrupt.data(GuestData.irqEnabled)).toBe(0);
  });

  it('pushes an error code for vectors 8, 10 to 14 and 17 only', () => {
    const depth = (vector: number) =>
      (KERNEL.esp - ready(vector, KERNEL).trap(vector, 5).register(Register.esp)) / 4;
    expect([10, 11, 12, 13, 14, 17].map(depth)).toEqual([4, 4, 4, 4, 4, 4]);
    expect([0, 1, 3, 9, 16, 18, 19, 30].map(depth)).toEqual([3, 3, 3, 3, 3, 3, 3, 3]);
  });

  it('stores CR2 for the guest before a page fault, and announces the fault', () => {
    const rig = ready(14, USER).trap(14, 5, 0xfedc0123);
    expect(rig.data(GuestData.cr2)).toBe(0xfedc0123);
    expect(rig.heard.at(-1)).toEqual({ kind: 'trap', what: 14 });
    expect(rig.core.counters.reflectedFaults).toBe(1);
  });

  it('goes down from the top in guest-physical memory, wherever the stack’s pages are (R21)', () => {
    const rig = ready(0, { ...KERNEL, esp: 0x9004 });
    rig.mapped.set(9, 20);
    rig.trap(0);
    expect(rig.wordsAt(0x14000, 1)).toEqual([FLAGS]);
    expect(rig.wordsAt(0x13ff8, 2)).toEqual([KERNEL.eip, KERNEL.cs]);
    expect(rig.register(Register.esp)).toBe(0x8ff8);
  });

  it('may push on a stack that is not aligned', () => {
    const rig = ready(0, { ...KERNEL, esp: 0x8f03 }).trap(0);
    const bytes = Array.from({ length: 4 }, (_, i) => rig.memory.byte(0x8f03 - 12 + i));
    expect(bytes).toEqual([0x00, 0x00, 0x10, 0xc0]);
    expect(rig.register(Register.esp)).toBe(0x8f03 - 12);
  });
});

describe('a trap that the guest cannot take', () => {
  it.each([
    ['unhandled trap 6 at 0x8048456 (0x0)', 6, 0],
    ['unhandled trap 13 at 0x8048456 (0x32)', 13, 0x32],
    ['unhandled trap 14 at 0x8048456 (0xfedc0123)', 14, 7],
    ['unhandled trap 256 at 0x8048456 (0x0)', 256, 0],
  ])('kills: %s', (reason, vector, errorCode) => {
    const rig = ready(0, USER).trap(vector, errorCode, 0xfedc0123);
    expect(rig.guest.reason).toBe(reason);
    expect(rig.core.counters.reflectedFaults).toBe(0);
    expect(rig.heard.some((h) => h.kind === 'trap')).toBe(false);
  });

  it('kills before LGUEST_INIT as well, without an lguest_data to write to', () => {
    const rig = new Rig().birth().trap(14, 6, 0x42);
    expect(rig.guest.reason).toBe('unhandled trap 14 at 0x100000 (0x42)');
  });

  it('kills if CR2 cannot be written', () => {
    const rig = ready(14, USER);
    rig.memory.readOnly.add(DATA >>> 12);
    expect(rig.trap(14, 6, 0x42).guest.reason).toBe('Writing cr2');
  });

  it('kills if interrupts cannot be turned off', () => {
    const rig = ready(0, USER, GateType.interrupt);
    rig.memory.readOnly.add(DATA >>> 12);
    expect(rig.trap(0).guest.reason).toBe('Disabling interrupts');
  });

  it('kills if the stack is not in guest memory, or not mapped', () => {
    const limit = GUEST_PAGES * 4096;
    const outside = ready(0, { ...KERNEL, esp: limit - 4 }).trap(0);
    expect(outside.guest.dead).toBe(false);
    const unmapped = ready(0, { ...KERNEL, esp: 0xc1000000 }).trap(0);
    expect(unmapped.guest.reason).toBe('Bad address 0xc1000000');
    const readOnly = ready(0, KERNEL);
    readOnly.memory.readOnly.add(8);
    expect(readOnly.trap(0).guest.reason).toBe('bad write address 0x8efc len 4');
    const zero = ready(0, { ...KERNEL, esp: 0 }).trap(0);
    expect(zero.guest.reason).toBe('bad write address 0xfffffffc len 4');
  });

  it('kills if the host has no frame for what is pushed', () => {
    for (const esp of [0x8f00, 0x8f01]) {
      const rig = ready(0, { ...KERNEL, esp });
      rig.memory.exhausted = true;
      const at = (esp - 4).toString(16);
      expect(rig.trap(0).guest.reason).toBe(`bad write address 0x${at} len 4`);
    }
  });

  it('does not reach a handler whose frame killed the guest', () => {
    const rig = ready(0, { ...KERNEL, esp: 0 }).trap(0);
    expect(rig.core.counters.reflectedFaults).toBe(0);
    expect(rig.outcomes.slice(-2)).toEqual(['free', 'closed']);
  });
});
