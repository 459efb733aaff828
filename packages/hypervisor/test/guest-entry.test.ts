// SPDX-License-Identifier: GPL-2.0-or-later
import {
  GateType,
  Hypercall,
  Register,
  StatePage,
  Tss,
  mayTrapDirectly,
  stubAddress,
} from '@lguest-sim/abi';
import { describe, expect, it } from 'vitest';
import { Changed, GuestHost } from '../src/index.js';
import { GUEST_PAGES, Rig, STACK_TOP } from './rig.js';

function gate(rig: Rig, vector: number, cpu = 0) {
  const low = rig.stateWord(cpu, StatePage.guestIdt + vector * 8);
  const high = rig.stateWord(cpu, StatePage.guestIdt + vector * 8 + 4);
  return {
    selector: low >>> 16,
    handler: ((high & 0xffff0000) | (low & 0xffff)) >>> 0,
    dpl: (high >>> 13) & 3,
    type: (high >>> 8) & 15,
    present: (high >>> 15) & 1,
  };
}

function segment(rig: Rig, entry: number, cpu = 0): string {
  const low = rig.stateWord(cpu, StatePage.guestGdt + entry * 8);
  const high = rig.stateWord(cpu, StatePage.guestGdt + entry * 8 + 4);
  return `${high.toString(16)}:${low.toString(16)}`;
}

/** Wipes what the host wrote into a CPU's state page, so that a fresh copy can be seen. */
function wipe(rig: Rig, cpu: number): void {
  const first = rig.frames.state(cpu) * 1024;
  rig.host.words.fill(0, first, first + 1024);
}

describe('what an entry writes into the state page', () => {
  it('is always the host’s CR3, the guest’s kernel stack, and trap number 256', () => {
    const rig = new Rig().ready();
    wipe(rig, 0);
    rig.setRegister(Register.trapNumber, 239);
    rig.trap(239).run(0);
    expect(rig.stateWord(0, StatePage.hostCr3)).toBe(0x00123000);
    expect(rig.stateWord(0, StatePage.guestTss + Tss.sp1)).toBe(STACK_TOP);
    expect(rig.stateWord(0, StatePage.guestTss + Tss.ss1)).toBe(0x69);
    expect(rig.register(Register.trapNumber)).toBe(256);
    expect(gate(rig, 0).present).toBe(0);
  });

  it('is 29 gates: trap gates are the guest’s own, the others the Switcher’s', () => {
    const rig = new Rig().ready();
    for (let vector = 0; vector < 256; vector++) rig.gate(vector, 0xc0000000 + vector);
    const direct: number[] = [];
    const written: number[] = [];
    for (let vector = 0; vector < 256; vector++) {
      const found = gate(rig, vector);
      if (found.present === 1) written.push(vector);
      if (found.selector === 0x61) direct.push(vector);
    }
    const candidates = Array.from({ length: 256 }, (_, v) => v).filter(mayTrapDirectly);
    expect(candidates).toHaveLength(29);
    expect(written).toEqual(candidates);
    expect(direct).toEqual(candidates.filter((v) => ![2, 8, 15].includes(v)));
  });

  it('has the guest’s trap gate bit for bit, selector and reserved bits put right', () => {
    const rig = new Rig().ready().call(Hypercall.loadIdtEntry, 128, 0x00605678, 0xc012efff);
    expect(rig.stateWord(0, StatePage.guestIdt + 128 * 8)).toBe(0x00615678);
    expect(rig.stateWord(0, StatePage.guestIdt + 128 * 8 + 4)).toBe(0xc012ef00);
  });

  it('keeps the Switcher’s stub for an interrupt gate, with the guest’s privilege', () => {
    const rig = new Rig().ready().gate(3, 0xc0001000, GateType.interrupt, 3);
    expect(gate(rig, 3)).toEqual({
      selector: 0x50,
      handler: stubAddress(rig.layout, 3),
      dpl: 3,
      type: GateType.interrupt,
      present: 1,
    });
    rig.call(Hypercall.loadIdtEntry, 3, 0, 0);
    expect(gate(rig, 3).dpl).toBe(0);
  });

  it('is 28 descriptors: never the Switcher’s, the task segment and the double fault’s', () => {
    const rig = new Rig().ready();
    wipe(rig, 0);
    for (let entry = 0; entry < 32; entry++) {
      rig.call(Hypercall.loadGdtEntry, entry, 0x0000ffff, 0x00cff200);
    }
    const copied = Array.from({ length: 32 }, (_, entry) => entry).filter(
      (entry) => segment(rig, entry) !== '0:0',
    );
    expect(copied).toHaveLength(28);
    expect([10, 11, 16, 31].some((entry) => copied.includes(entry))).toBe(false);
    expect(segment(rig, 12)).toBe('cff300:ffff');
  });

  it('raises a segment of ring 0 to ring 1 and marks it accessed', () => {
    const rig = new Rig().ready().call(Hypercall.loadGdtEntry, 14, 0xffff, 0x00cf9a00);
    expect(segment(rig, 14)).toBe('cfbb00:ffff');
  });

  it('takes three thread-local segments from guest memory', () => {
    const rig = new Rig().ready();
    [0x1111, 0x00cff200, 0x2222, 0x00cff200, 0x3333, 0x00cf9200].forEach((word, i) =>
      rig.memory.writeWord(0x5000 + 4 * i, word),
    );
    rig.call(Hypercall.loadTls, 0x5000, 0);
    expect([6, 7, 8].map((entry) => segment(rig, entry))).toEqual([
      'cff300:1111',
      'cff300:2222',
      'cfb300:3333',
    ]);
  });

  it('copies the three alone if only they have changed', () => {
    const rig = new Rig().ready().call(Hypercall.loadGdtEntry, 20, 0xffff, 0x00cff200);
    wipe(rig, 0);
    rig.call(Hypercall.loadTls, 0x5000, 0);
    expect(segment(rig, 6)).not.toBe('0:0');
    expect(segment(rig, 20)).toBe('0:0');
    expect(rig.core.state.changed).toBe(0);
  });
});

describe('the caches of a migration', () => {
  it('copy nothing for a vCPU that runs on where it ran', () => {
    const rig = new Rig().ready();
    const copies = rig.core.counters.stateCopies;
    rig.trap(14, 6, 0x8049123, true).trap(239).run(0);
    expect(rig.core.counters.stateCopies).toBe(copies);
    expect(rig.core.state.changed).toBe(0);
  });

  it('example 11.2: on CPU 1 both are brought up to date and everything is copied', () => {
    const rig = new Rig({ id: 7 }).ready(0).gate(128, 0xc0001000, GateType.trap, 3);
    rig.trap(239);
    expect(rig.lastCpu[0]).toBe(7);
    rig.run(1);
    expect([...rig.lastCpu]).toEqual([7, 7, -1, -1]);
    expect(rig.core.state.lastPages).toBe(1);
    expect(rig.stateWord(1, StatePage.hostCr3)).toBe(0x00123000);
    expect(rig.stateWord(1, StatePage.guestTss + Tss.sp1)).toBe(STACK_TOP);
    expect(gate(rig, 128, 1).handler).toBe(0xc0001000);
    expect(segment(rig, 12, 1)).toBe('cfbb00:ffff');
  });

  it('example 11.2: on the way back CPU 0 still names the vCPU, but its copies are stale', () => {
    const rig = new Rig({ id: 7 }).ready(0).trap(239).run(1).gate(128, 0xc0002000);
    expect(gate(rig, 128, 0).handler).not.toBe(0xc0002000);
    expect(rig.lastCpu[0]).toBe(7);
    rig.trap(239).run(0);
    expect(gate(rig, 128, 0).handler).toBe(0xc0002000);
  });

  it('copy again after another vCPU ran on the same CPU in between', () => {
    const rig = new Rig({ id: 7 }).ready(0).gate(128, 0xc0001000).trap(239);
    const guest = new GuestHost();
    const other = rig.vcpu(guest, { id: 8 });
    other.initialize(0, GUEST_PAGES, 0);
    other.answered(true);
    other.run(0);
    other.switcherMapped();
    expect(gate(rig, 128, 0).selector).toBe(0x50);
    expect(rig.lastCpu[0]).toBe(8);
    // last_pages alone would say that nothing has to be copied.
    expect(rig.core.state.lastPages).toBe(0);
    rig.run(0);
    expect(rig.lastCpu[0]).toBe(7);
    expect(gate(rig, 128, 0).handler).toBe(0xc0001000);
  });

  it('mark IDT and GDT as changed before the Switcher is mapped, not before that', () => {
    const rig = new Rig().ready(0).trap(239);
    rig.core.run(2);
    expect(rig.core.state.changed).toBe(Changed.all);
    expect(gate(rig, 128, 2).present).toBe(0);
    rig.core.switcherMapped();
    expect(rig.core.state.changed).toBe(0);
    expect(gate(rig, 128, 2).present).toBe(1);
  });
});
