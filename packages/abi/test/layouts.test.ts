// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import {
  GUEST_DATA_BYTES,
  GuestData,
  HYPERCALL_RING_SIZE,
  Hypercall,
  REGISTERS_OFFSET,
  RING_ENTRY_BYTES,
  Register,
  STATE_PAGE_BYTES,
  Selector,
  StatePage,
  hypercallName,
  hypercallNumbers,
  privilegeOf,
} from '../src/index.js';

describe('layouts shared by host and guest', () => {
  it('fill the regs page up to its last byte', () => {
    expect(REGISTERS_OFFSET).toBe(0xfb8);
    expect(REGISTERS_OFFSET + Register.eip * 4).toBe(0xfec);
    expect(REGISTERS_OFFSET + (Register.ss + 1) * 4).toBe(4096);
  });

  it('place the ring in lguest_data without gaps', () => {
    expect(GuestData.hcalls).toBe(GuestData.hcallStatus + HYPERCALL_RING_SIZE);
    expect(GuestData.reserveMem).toBe(GuestData.hcalls + HYPERCALL_RING_SIZE * RING_ENTRY_BYTES);
    expect(GUEST_DATA_BYTES).toBe(GuestData.syscallVector + 4);
  });

  it('place TSS, IDT and GDT one after the other in the state page', () => {
    expect(StatePage.guestIdt).toBe(StatePage.guestTss + 104);
    expect(StatePage.guestGdt).toBe(StatePage.guestIdt + 256 * 8);
    expect(STATE_PAGE_BYTES).toBe(StatePage.guestGdt + 32 * 8);
  });

  it('run the guest kernel in ring 1 and processes in ring 3', () => {
    expect(privilegeOf(Selector.kernelCode)).toBe(1);
    expect(privilegeOf(Selector.userCode)).toBe(3);
    expect(privilegeOf(Selector.lguestCode)).toBe(0);
  });
});

describe('hypercall names', () => {
  it('are the original ones, and say so of a number that does not exist', () => {
    expect(hypercallName(Hypercall.setPte)).toBe('SET_PTE');
    expect(hypercallName(12)).toBe('UNKNOWN_12');
  });

  it('leave out 3, 11 and 12', () => {
    expect(hypercallNumbers).toEqual([0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16, 17, 18, 19]);
  });
});
