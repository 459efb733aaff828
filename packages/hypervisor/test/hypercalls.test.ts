// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall } from '@lguest-sim/abi';
import { describe, expect, it } from 'vitest';
import { DATA, GUEST_PAGES, Rig } from './rig.js';

/** The outcomes of one hypercall of a guest that is ready. */
function outcomesOf(rig: Rig, number: number, ...args: number[]): string[] {
  rig.outcomes.length = 0;
  return rig.call(number, ...args).outcomes;
}

function reasonAfter(number: number, ...args: number[]): string | null {
  return new Rig().ready().call(number, ...args).guest.reason;
}

describe('hypercalls of the shadow MMU', () => {
  const back = ['mapSwitcher', 'enter'];

  it.each([
    ['newPagetable', Hypercall.newPgtable, [0x1000]],
    ['flushUser', Hypercall.flushTlb, [0]],
    ['flushAll', Hypercall.flushTlb, [1]],
    ['setStack', Hypercall.setStack, [0x69, 0x8ff8, 2]],
    ['setPte', Hypercall.setPte, [0x1000, 0x8000, 0x5067]],
    ['setPgd', Hypercall.setPgd, [0x1000, 3]],
  ])('become one request: %s', (name, number, args) => {
    expect(outcomesOf(new Rig().ready(), number, ...args)).toEqual([name, ...back]);
  });

  it('know SET_PMD under PAE only', () => {
    const rig = new Rig({ pae: true }).ready();
    expect(outcomesOf(rig, Hypercall.setPmd, 0x1000, 3)).toEqual(['setPmd', ...back]);
    expect(reasonAfter(Hypercall.setPmd, 0x1000, 3)).toBe('Bad hypercall 13\n');
  });

  it('have no high word in SET_PTE without PAE', () => {
    const args = [0x1000, 0x8000, 0x5067, 0x80000000];
    const two = new Rig().ready().call(Hypercall.setPte, ...args);
    expect(two.core.state.call[4]).toBe(0);
    const three = new Rig({ pae: true }).ready().call(Hypercall.setPte, ...args);
    expect(three.core.state.call[4]! >>> 0).toBe(0x80000000);
  });

  it('leave SET_STACK’s stack for the TSS, a bad one too', () => {
    const rig = new Rig().ready().call(Hypercall.setStack, 0x10073, 0xfffffff8, 9);
    expect(rig.core.state.ss1).toBe(0x73);
    expect(rig.core.state.esp1).toBe(0xfffffff8);
  });
});

describe('hypercalls of the run loop itself', () => {
  it('do nothing for FLUSH_ASYNC and SEND_INTERRUPTS but come to the host', () => {
    for (const number of [Hypercall.flushAsync, Hypercall.sendInterrupts]) {
      expect(outcomesOf(new Rig().ready(), number)).toEqual(['mapSwitcher', 'enter']);
    }
  });

  it('keep TS and the timer, counted in nanoseconds from now', () => {
    const rig = new Rig().ready().call(Hypercall.ts, 8);
    expect(rig.core.state.ts).toBe(8);
    expect(rig.core.clockDeadline).toBe(Infinity);
    rig.clock.now[0] = 5_000_000_000;
    rig.call(Hypercall.setClockevent, 4_000_000_000);
    expect(rig.core.clockDeadline).toBe(9_000_000_000);
    rig.call(Hypercall.setClockevent, 0);
    expect(rig.core.clockDeadline).toBe(Infinity);
  });

  it('bring NOTIFY to the Launcher and go on', () => {
    const rig = new Rig().ready();
    expect(outcomesOf(rig, Hypercall.notify, 0x12345)).toEqual(['mapSwitcher', 'enter']);
    expect(rig.core.counters.notifies).toBe(1);
    expect(rig.core.state.pendingNotify).toBe(0);
  });

  it('are counted by name, with those that do not exist together', () => {
    const rig = new Rig().ready().call(Hypercall.ts, 0).call(Hypercall.ts, 8).call(3);
    expect(rig.core.counters.hypercallsByName()).toEqual({
      LGUEST_INIT: 1,
      SET_STACK: 1,
      TS: 2,
      UNKNOWN: 1,
    });
    expect(rig.core.counters.exits[31]).toBe(5);
  });
});

describe('kill messages of hypercalls', () => {
  it.each([
    ['Bad hypercall 3\n', 3, []],
    ['Bad hypercall 11\n', 11, []],
    ['Bad hypercall 20\n', 20, []],
    ['Bad hypercall -2\n', 0xfffffffe, []],
    ['Setting idt entry 256', Hypercall.loadIdtEntry, [256, 0, 0]],
    ['Setting idt entry 4294967295', Hypercall.loadIdtEntry, [-1, 0, 0]],
    ['bad IDT type 5', Hypercall.loadIdtEntry, [3, 0, 0x8500]],
    ['too many gdt entries 32', Hypercall.loadGdtEntry, [32, 0, 0]],
    ['too many gdt entries -1', Hypercall.loadGdtEntry, [-1, 0, 0]],
    ['bad read address 0x3fff0 len 24', Hypercall.loadTls, [GUEST_PAGES * 4096 - 16, 0]],
    ['bad read address 0xfffffff0 len 24', Hypercall.loadTls, [0xfffffff0, 0]],
    ['bad read address 0x40000 len 128', Hypercall.shutdown, [GUEST_PAGES * 4096, 1]],
  ])('%s', (reason, number, args) => {
    expect(reasonAfter(number, ...args)).toBe(reason);
  });

  it('keep the first reason only', () => {
    const rig = new Rig().ready();
    rig.queue(0, 3).queue(1, 11).call(Hypercall.flushAsync);
    expect(rig.guest.reason).toBe('Bad hypercall 3\n');
    expect(rig.heard.filter((h) => h.kind === 'killed')).toEqual([
      { kind: 'killed', what: 'Bad hypercall 3\n' },
    ]);
  });

  it('leave zeroes where something could not be read', () => {
    const rig = new Rig().ready();
    rig.memory.writeWord(0x5000, 0x1234);
    rig.call(Hypercall.loadTls, 0x5000, 0);
    expect(rig.core.state.gdt[12]).toBe(0x1234);
    rig.call(Hypercall.loadTls, GUEST_PAGES * 4096, 0);
    expect(rig.core.state.gdt[12]).toBe(0);
  });

  it('say no word of a gate that is not present, or is never the guest’s', () => {
    const rig = new Rig().ready().call(Hypercall.loadIdtEntry, 3, 0, 0x0500);
    for (const vector of [2, 8, 15, 31]) rig.call(Hypercall.loadIdtEntry, vector, 0, 0x8500);
    expect(rig.guest.dead).toBe(false);
    for (const vector of [2, 8, 15, 31]) expect(rig.core.state.idt[2 * vector + 1]).toBe(0);
  });
});

describe('SHUTDOWN', () => {
  const text = [...'Power down'].map((letter) => letter.charCodeAt(0));

  function shutDown(how: number, bytes: readonly number[] = [...text, 0]): Rig {
    const rig = new Rig().ready();
    rig.memory.setBytes(0x5000, bytes);
    return rig.call(Hypercall.shutdown, 0x5000, how);
  }

  it('switches off with the guest’s message, which is no kill', () => {
    const { guest, heard } = shutDown(1);
    expect([guest.reason, guest.end]).toEqual(['CRASH: Power down', 'power-off']);
    expect(heard.some((h) => h.kind === 'killed')).toBe(false);
  });

  it('restarts with the reason that the Launcher’s read would give', () => {
    const { guest } = shutDown(2);
    expect([guest.reason, guest.end]).toEqual(['-ERESTART', 'restart']);
  });

  it('kills for any other argument', () => {
    const { guest } = shutDown(0);
    expect([guest.reason, guest.end]).toEqual(['CRASH: Power down', 'killed']);
  });

  it('cuts a message that does not end at 127 letters', () => {
    const { guest } = shutDown(1, new Array<number>(200).fill(65));
    expect(guest.reason).toBe(`CRASH: ${'A'.repeat(127)}`);
  });

  it('does not undo an earlier kill, but a restart replaces it', () => {
    const off = new Rig().ready().queue(0, 3).call(Hypercall.shutdown, DATA, 1);
    expect([off.guest.reason, off.guest.end]).toEqual(['Bad hypercall 3\n', 'killed']);
    const again = new Rig().ready().queue(0, 3).call(Hypercall.shutdown, DATA, 2);
    expect(again.guest.end).toBe('restart');
  });
});
