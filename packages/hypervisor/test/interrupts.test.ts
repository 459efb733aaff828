// SPDX-License-Identifier: GPL-2.0-or-later
import { GateType, GuestData, Hypercall, Register } from '@lguest-sim/abi';
import { describe, expect, it } from 'vitest';
import { DATA, Rig, STACK_TOP } from './rig.js';

const HANDLER = 0xc0020000;

/** A guest with handlers for lines 0 to 3, whose process runs. */
function ready(options: { fidelity?: 'original' | 'mended' } = {}): Rig {
  const rig = new Rig(options).ready();
  for (let irq = 0; irq < 4; irq++) rig.gate(32 + irq, HANDLER + irq, GateType.interrupt);
  rig.setRegister(Register.cs, 0x73);
  rig.setRegister(Register.ss, 0x7b);
  rig.setRegister(Register.eip, 0x08048000);
  return rig;
}

/** The host's own timer stops the guest, and it goes on at once. */
function resume(rig: Rig): Rig {
  return rig.trap(239).run(0);
}

describe('a virtual interrupt', () => {
  it('makes the guest run its handler, on its kernel stack, with interrupts off', () => {
    const rig = ready();
    rig.core.raise(2);
    rig.clock.now[0] = 1_000_000_005;
    resume(rig);
    expect(rig.register(Register.eip)).toBe(HANDLER + 2);
    expect(rig.wordsAt(STACK_TOP - 20, 3)).toEqual([0x08048000, 0x73, 0x202]);
    expect(rig.data(GuestData.irqEnabled)).toBe(0);
    expect(rig.data(GuestData.time)).toBe(1);
    expect(rig.data(GuestData.time + 4)).toBe(5);
    expect(rig.core.state.irqsPending).toBe(0);
    expect(rig.core.counters.interruptsDelivered).toBe(1);
    expect(rig.heard.at(-1)).toEqual({ kind: 'trap', what: 34 });
  });

  it('comes one at a time, the lowest line that is not blocked first', () => {
    const rig = ready();
    rig.setData(GuestData.blockedInterrupts, 0b0001);
    for (const irq of [0, 1, 3]) rig.core.raise(irq);
    resume(rig);
    expect(rig.register(Register.eip)).toBe(HANDLER + 1);
    expect(rig.core.state.irqsPending).toBe(0b1001);
  });

  it('waits while the guest has interrupts off, which it is told', () => {
    const rig = ready();
    rig.setData(GuestData.irqEnabled, 0);
    rig.core.raise(1);
    resume(rig);
    expect(rig.register(Register.eip)).toBe(0x08048000);
    expect(rig.data(GuestData.irqPending)).toBe(0x200);
    rig.setData(GuestData.irqEnabled, 0x200);
    rig.call(Hypercall.sendInterrupts);
    expect(rig.register(Register.eip)).toBe(HANDLER + 1);
  });

  it('waits while the guest is in the code that it keeps free of them', () => {
    const rig = ready();
    rig.guest.noirqStart = 0x08048000;
    rig.guest.noirqEnd = 0x08048001;
    rig.core.raise(1);
    expect(resume(rig).register(Register.eip)).toBe(0x08048000);
    rig.setRegister(Register.eip, 0x08048001);
    expect(resume(rig).register(Register.eip)).toBe(HANDLER + 1);
  });

  it('stays pending without a handler, but the guest gets the time', () => {
    const rig = ready();
    rig.core.raise(9);
    rig.clock.now[0] = 7;
    resume(rig);
    expect(rig.core.state.irqsPending).toBe(1 << 9);
    expect(rig.data(GuestData.time + 4)).toBe(7);
    expect(rig.core.counters.interruptsDelivered).toBe(0);
  });

  it('works for line 31 too', () => {
    const rig = ready().gate(63, HANDLER);
    rig.core.raise(31);
    expect(resume(rig).register(Register.eip)).toBe(HANDLER);
    expect(rig.core.state.irqsPending).toBe(0);
  });

  it('does nothing before LGUEST_INIT', () => {
    const rig = new Rig().birth();
    rig.core.raise(0);
    resume(rig);
    expect(rig.guest.dead).toBe(false);
    expect(rig.core.state.irqsPending).toBe(1);
  });

  it('clears the pending flag when none is left; the original never does (R18)', () => {
    const flagAfter = (rig: Rig) => {
      rig.setData(GuestData.irqPending, 0x200);
      rig.core.raise(1);
      return resume(rig).data(GuestData.irqPending);
    };
    expect(flagAfter(ready())).toBe(0);
    expect(flagAfter(ready({ fidelity: 'original' }))).toBe(0x200);
    const more = ready();
    more.core.raise(3);
    expect(flagAfter(more)).toBe(0x200);
  });

  it('ends the timer’s deadline when it is the timer’s', () => {
    const rig = ready().call(Hypercall.setClockevent, 1000);
    rig.core.raise(1);
    expect(rig.core.clockDeadline).toBe(1000);
    rig.core.raise(0);
    expect(rig.core.clockDeadline).toBe(Infinity);
  });

  it('is a bug of the host on a line that does not exist', () => {
    expect(() => ready().core.raise(32)).toThrow('interrupt line 32: expected 0 to 31');
    expect(() => ready().core.raise(-1)).toThrow(RangeError);
  });

  it('kills if the time cannot be written', () => {
    const rig = ready().gate(33, HANDLER, GateType.trap);
    rig.core.raise(1);
    rig.memory.readOnly.add(DATA >>> 12);
    expect(resume(rig).guest.reason).toBe('Writing timestamp');
  });
});

describe('HALT', () => {
  it('lets the vCPU sleep, and says so to its kernel once', () => {
    const rig = ready();
    rig.setData(GuestData.blockedInterrupts, 0b10);
    rig.outcomes.length = 0;
    rig.call(Hypercall.halt);
    rig.core.raise(1);
    rig.run(0);
    expect(rig.outcomes).toEqual(['halt', 'sleepOn']);
  });

  it('ends with an interrupt, which turns the guest’s interrupts on', () => {
    const rig = ready();
    rig.setData(GuestData.irqEnabled, 0);
    rig.call(Hypercall.halt);
    rig.core.raise(2);
    rig.run(3);
    expect(rig.outcomes.slice(-3)).toEqual(['halt', 'mapSwitcher', 'enter']);
    expect(rig.register(Register.eip)).toBe(HANDLER + 2);
    // The frame says they were on; the gate has turned them off again.
    expect(rig.wordsAt(STACK_TOP - 12, 1)[0]! & 0x200).toBe(0x200);
    expect(rig.data(GuestData.irqEnabled)).toBe(0);
  });

  it('does not even begin while an interrupt waits', () => {
    const rig = ready();
    rig.core.raise(1);
    rig.outcomes.length = 0;
    rig.call(Hypercall.halt);
    expect(rig.outcomes).toEqual(['mapSwitcher', 'enter']);
    expect(rig.register(Register.eip)).toBe(HANDLER + 1);
  });

  it('in code without interrupts is for ever, and costs the host nothing', () => {
    const rig = ready();
    rig.guest.noirqStart = 0x08048000;
    rig.guest.noirqEnd = 0x08048001;
    rig.core.raise(1);
    rig.call(Hypercall.halt).run(0);
    expect(rig.outcomes.slice(-2)).toEqual(['halt', 'sleepOn']);
  });

  it('kills if interrupts cannot be turned on', () => {
    const rig = ready();
    rig.call(Hypercall.halt);
    rig.memory.readOnly.add(DATA >>> 12);
    rig.core.raise(1);
    expect(rig.run(0).guest.reason).toBe('Re-enabling interrupts');
  });
});
