// SPDX-License-Identifier: GPL-2.0-or-later
import { GuestData, Hypercall } from '@lguest-sim/abi';
import { pagingFormats, twoLevel } from '@lguest-sim/x86';
import { describe, expect, it } from 'vitest';
import { FlatGuest, storeTokenOf } from './support/guest.js';
import { interpret, operation } from './support/program.js';
import { small, sweep } from './support/programs.js';

describe.each(Object.values(pagingFormats))('several processes under $name paging', (format) => {
  it('take turns by the timer, and each computes what it would alone', () => {
    const programs = [sweep(20, 40), sweep(20, 40), sweep(20, 40)];
    const guest = new FlatGuest({ format, programs, sliceNanoseconds: 500 });
    const order: number[] = [];
    guest.run(() => {
      if (guest.cpu.inUser && order.at(-1) !== guest.kernel.running)
        order.push(guest.kernel.running);
      return false;
    });
    expect(order.slice(0, 7)).toEqual([0, 1, 2, 0, 1, 2, 0]);
    expect(guest.kernel.timerInterrupts).toBeGreaterThan(6);
    guest.kernel.results().forEach((result, index) => {
      expect(result).toMatchObject(interpret(programs[index]!, storeTokenOf(index)));
      expect(result.contextSwitches).toBe(order.filter((each) => each === index).length);
    });
  });

  it('take turns when they yield, long before the timer', () => {
    const yields = [2, 4, 6].map((position) => operation(position, { kind: 'yield' }));
    const programs = [1, 2, 3].map(() => ({ ...sweep(4, 8), events: yields }));
    const guest = new FlatGuest({ format, programs, sliceNanoseconds: 1e9 });
    const order: number[] = [];
    guest.run(() => {
      if (guest.cpu.inUser && order.at(-1) !== guest.kernel.running)
        order.push(guest.kernel.running);
      return false;
    });
    expect(order).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    expect(guest.kernel.timerInterrupts).toBe(0);
  });

  it('go on when they yield and are alone', () => {
    const yields = [operation(2, { kind: 'yield' })];
    const guest = new FlatGuest({ format, programs: [{ ...sweep(4), events: yields }] });
    guest.run();
    expect(guest.kernel.results()[0]).toMatchObject({ accesses: 8, contextSwitches: 1 });
  });

  it('switch with NEW_PGTABLE, SET_STACK and LOAD_TLS, queued in this order', () => {
    const programs = [sweep(5, 100), sweep(5, 100)];
    const guest = new FlatGuest({ format, programs, sliceNanoseconds: 400 });
    guest.run(() => guest.kernel.running === 1);
    expect(
      guest.cpu.hypercalls.slice(-5).map(({ number, fromRing }) => [number, fromRing]),
    ).toEqual([
      [Hypercall.setClockevent, undefined],
      [Hypercall.newPgtable, true],
      [Hypercall.setStack, true],
      [Hypercall.loadTls, true],
      [Hypercall.flushAsync, undefined],
    ]);
    const [, second] = guest.calls(Hypercall.setStack).slice(-2) as [number[], number[]];
    expect(guest.cpu.sp1).toBe(second[1]);
    expect(guest.calls(Hypercall.loadTls).at(-1)![0]).toBe(second[1]! - 0xc0000000 - 8184 + 8);
  });

  it('let the last one run on without a timer', () => {
    const programs = [small, sweep(10, 200)];
    const guest = new FlatGuest({ format, programs, sliceNanoseconds: 600 });
    guest.run(() => guest.kernel.results()[0]!.status !== 'ready');
    const before = guest.calls(Hypercall.setClockevent).length;
    guest.run();
    expect(guest.calls(Hypercall.setClockevent)).toHaveLength(before);
  });
});

describe('the virtual interrupt flag', () => {
  it('is on in every process and off while tasks are switched', () => {
    const programs = [sweep(5, 50), sweep(5, 50)];
    const guest = new FlatGuest({ format: twoLevel, programs, sliceNanoseconds: 300 });
    const flags = { user: new Set<number>(), switching: new Set<number>() };
    guest.run(() => {
      const flag = guest.cpu.memory.read(guest.kernel.layout.guestData + GuestData.irqEnabled);
      if (guest.cpu.inUser) flags.user.add(flag);
      else if (/^schedule: (change|loadStackPointer|done)/.test(guest.kernel.place ?? '')) {
        flags.switching.add(flag);
      }
      return false;
    });
    expect([...flags.user]).toEqual([0x200]);
    expect([...flags.switching]).toEqual([0]);
  });
});
