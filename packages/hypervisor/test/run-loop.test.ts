// SPDX-License-Identifier: GPL-2.0-or-later
import { GateType, GuestData, Hypercall, Register } from '@lguest-sim/abi';
import { describe, expect, it } from 'vitest';
import { Outcome } from '../src/index.js';
import { Rig } from './rig.js';

describe('the run loop', () => {
  it('looks at interrupts after hypercalls, so a call can let one in', () => {
    const rig = new Rig().ready();
    rig.core.raise(0);
    // The queued gate is the handler that the interrupt then finds.
    rig.queue(0, Hypercall.loadIdtEntry, 32, 0x00610000, 0xc0018e00);
    rig.call(Hypercall.newPgtable, 0x1000);
    expect(rig.register(Register.eip)).toBe(0xc0010000);
    const order = rig.heard.slice(-3).map((h) => h.what);
    expect(order).toEqual([Hypercall.loadIdtEntry, Hypercall.newPgtable, 32]);
  });

  it('resumes the guest after a page fault that the shadow MMU fixed', () => {
    const rig = new Rig().ready();
    rig.outcomes.length = 0;
    rig.trap(14, 6, 0x8049123, true);
    expect(rig.outcomes).toEqual(['demandPage', 'mapSwitcher', 'enter']);
    expect(rig.core.state.lastPagefault).toBe(0x8049123);
    expect(rig.heard.some((h) => h.kind === 'trap')).toBe(false);
  });

  it('hands the vCPU to the host scheduler after each host interrupt', () => {
    for (const vector of [32, 127, 129, 239, 255]) {
      const rig = new Rig().ready();
      rig.outcomes.length = 0;
      rig.trap(vector);
      expect(rig.outcomes).toEqual(['reschedule']);
      expect(rig.core.counters.exits[vector]).toBe(1);
    }
  });

  it('loses an NMI, and an FPU trap that the guest does not want', () => {
    const rig = new Rig().ready().trap(2).trap(7);
    expect(rig.heard.some((h) => h.kind === 'trap')).toBe(false);
    rig.gate(7, 0xc0007000).call(Hypercall.ts, 8).trap(7);
    expect(rig.register(Register.eip)).toBe(0xc0007000);
  });

  it('reflects a system call that reaches the host; the original swallows it (R9)', () => {
    const mended = new Rig().ready().gate(128, 0xc0008000, GateType.interrupt, 3).trap(128);
    expect(mended.register(Register.eip)).toBe(0xc0008000);
    expect(mended.core.counters.reflectedSystemCalls).toBe(1);
    expect(mended.core.counters.reflectedFaults).toBe(0);
    const original = new Rig({ fidelity: 'original' }).ready();
    original.gate(128, 0xc0008000, GateType.interrupt, 3).trap(128);
    expect(original.outcomes.at(-1)).toBe('reschedule');
  });

  it('never enters a dead guest, whoever killed it and wherever the loop stands', () => {
    const inFault = new Rig().ready();
    inFault.setRegister(Register.trapNumber, 14);
    inFault.core.exited(0x42);
    inFault.core.kill('failed to get page 3');
    expect(inFault.core.answered(true)).toBe(Outcome.free);

    const inCall = new Rig().ready();
    inCall.setRegister(Register.trapNumber, 31);
    inCall.setRegister(Register.eax, Hypercall.newPgtable);
    inCall.core.exited(0);
    inCall.core.kill('Cannot populate switcher mapping');
    expect(inCall.core.answered(true)).toBe(Outcome.free);

    const stopped = new Rig().ready().trap(239);
    stopped.core.kill('bad page table entry');
    expect(stopped.core.run(1)).toBe(Outcome.free);
  });

  it('delivers an interrupt to a guest that a hypercall killed, but tells nobody', () => {
    const rig = new Rig().ready().gate(33, 0xc0001000);
    rig.core.raise(1);
    rig.heard.length = 0;
    rig.setData(GuestData.irqPending, 0x200);
    rig.call(99);
    expect(rig.heard.map((h) => h.kind)).toEqual(['hypercall', 'killed']);
    expect(rig.core.counters.interruptsDelivered).toBe(0);
    expect(rig.data(GuestData.irqPending)).toBe(0);
  });

  it('looks whether the guest is dead before it looks at interrupts', () => {
    const rig = new Rig().ready().gate(33, 0xc0001000);
    rig.core.raise(1);
    rig.clock.now[0] = 77;
    rig.trap(6);
    expect(rig.guest.reason).toMatch('unhandled trap 6');
    expect(rig.core.state.irqsPending).toBe(0b10);
    expect(rig.data(GuestData.time + 4)).toBe(0);
  });

  it('lets no timer of a dead guest go off', () => {
    const rig = new Rig().ready().call(Hypercall.setClockevent, 1000).call(99);
    expect(rig.core.clockDeadline).toBe(Infinity);
  });

  it('gives the regs page back at the end', () => {
    const rig = new Rig();
    const before = rig.host.used;
    rig.ready().call(99);
    expect(rig.outcomes.slice(-2)).toEqual(['free', 'closed']);
    expect(rig.host.used).toBe(before);
  });

  it('refuses answers that nobody asked for', () => {
    const rig = new Rig().ready();
    expect(() => rig.core.answered(true)).toThrow('an answer that nobody asked for');
    expect(() => rig.core.switcherMapped()).toThrow('vCPU in phase 6: expected phase 5');
    rig.trap(239);
    expect(() => rig.core.exited(0)).toThrow('vCPU in phase 2: expected phase 6');
  });
});
